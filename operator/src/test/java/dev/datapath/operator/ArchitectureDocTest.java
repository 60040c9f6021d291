package dev.datapath.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of docs/architecture.md that leads to the file for a behaviour names files that are there. */
class ArchitectureDocTest {
    private static final Path ROOT = Path.of("..");
    private static final Path PACKAGE = ROOT.resolve("operator/src/main/java/dev/datapath/operator");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern CLASS = Pattern.compile("[a-z0-9.]+\\.[A-Z]\\w+");

    @Test
    void whereToChangeWhatLeadsToFilesThatAreThere() throws IOException {
        var rows = rows();
        assertThat(rows).hasSizeGreaterThanOrEqualTo(20);
        for (var row : rows) {
            var names = NAME.matcher(row.substring(row.indexOf('|', 1)))
                    .results()
                    .map(name -> name.group(1))
                    .filter(name -> !name.startsWith("make "))
                    .toList();
            assertThat(names)
                    .as(row)
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(file(name)).as(row).exists());
        }
    }

    private static Path file(String name) {
        return CLASS.matcher(name).matches() ? PACKAGE.resolve(name.replace('.', '/') + ".java") : ROOT.resolve(name);
    }

    private static List<String> rows() throws IOException {
        var text = Files.readString(ROOT.resolve("docs/architecture.md"));
        var section = text.substring(text.indexOf("## Where to change what"));
        return Stream.of(section.substring(0, section.indexOf("\n## ", 1)).split("\n"))
                .filter(line -> line.startsWith("|"))
                .skip(2)
                .toList();
    }
}
