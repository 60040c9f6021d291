package dev.datapath.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A folder with what goes in and the text that must come out. {@code -Ddatapath.golden=rewrite} writes the expected files
 * instead of comparing them.
 *
 * @param folder relative to the module
 */
public record GoldenCase(Path folder) {
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final boolean REWRITE = "rewrite".equals(System.getProperty("datapath.golden"));

    /** The folder of that name among the test resources. */
    public static GoldenCase of(String name) {
        return new GoldenCase(RESOURCES.resolve(name));
    }

    /** One case for each folder in that one, by name. */
    public static List<GoldenCase> allIn(String name) {
        try (var folders = Files.list(RESOURCES.resolve(name))) {
            return folders.sorted().map(GoldenCase::new).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file that must be there. */
    public String read(String file) {
        return find(file).orElseThrow(() -> new IllegalStateException(folder.resolve(file) + " is missing"));
    }

    /** The text of a file that may be there. */
    public Optional<String> find(String file) {
        var path = folder.resolve(file);
        try {
            return Files.exists(path) ? Optional.of(Files.readString(path)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless the file holds exactly that text. */
    public void expect(String file, String actual) {
        var path = folder.resolve(file);
        if (REWRITE) {
            try {
                Files.writeString(path, actual);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        assertThat(actual).as(path.toString()).isEqualTo(find(file).orElse(""));
    }

    /** The folder's name, which test reports show. */
    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
