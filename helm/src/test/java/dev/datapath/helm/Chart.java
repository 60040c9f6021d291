package dev.datapath.helm;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The chart, as Helm's own code renders it. */
final class Chart {
    static final Path DIRECTORY = Path.of("datapath");
    static final Path DOCS = Path.of("..", "docs");

    /** Whether tests are to write what they expect, {@code make golden}, before they check it. */
    static final boolean REWRITE = "rewrite".equals(System.getProperty("datapath.golden"));

    /** The namespace that the release is in. */
    static final String NAMESPACE = "datapath-system";

    private static final Path CASES = Path.of("src/test/resources/cases");
    private static final ObjectMapper JSON = new ObjectMapper();

    private Chart() {}

    /** The folders of {@code cases/}, each with its {@code values.yaml}. */
    static List<Path> cases() {
        try (var folders = Files.list(CASES)) {
            return folders.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Helm makes of the values of that case. */
    static Manifests render(Path folder) {
        return renderFile(folder.resolve("values.yaml"));
    }

    static Manifests renderCase(String name) {
        return render(CASES.resolve(name));
    }

    /** What Helm makes of those values, given as YAML. */
    static Manifests renderValues(String yaml) {
        try {
            var file = Files.createTempFile("values-", ".yaml");
            try {
                return renderFile(Files.writeString(file, yaml));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Manifests renderFile(Path values) {
        return new Manifests(new Helm(DIRECTORY)
                .template()
                .withName("datapath")
                .withNamespace(NAMESPACE)
                .withKubeVersion("1.34.0")
                .withValuesFile(values)
                .call());
    }

    /** A YAML or JSON file of the chart. */
    static Node file(String path) {
        try {
            return Node.of(yaml().load(Files.readString(DIRECTORY.resolve(path))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Object> documents(String text) {
        var documents = Stream.<Object>builder();
        yaml().loadAll(text).forEach(documents);
        return documents.build();
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Yaml yaml() {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        return new Yaml(new SafeConstructor(options));
    }
}
