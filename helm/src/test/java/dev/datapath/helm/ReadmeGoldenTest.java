package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.comments.CommentType;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** The table of the README is made of values.yaml and its comments. {@code -Ddatapath.golden=rewrite} writes it anew. */
class ReadmeGoldenTest {
    private static final Path README = Chart.DIRECTORY.resolve("README.md");
    private static final String BEGIN = "<!-- values: begin; \"make golden\" writes what follows -->\n";
    private static final String END = "<!-- values: end -->\n";

    private record Row(String key, String value, String meaning) {
        String markdown() {
            return "| `%s` | `%s` | %s |".formatted(key, value, meaning.replace("|", "\\|"));
        }
    }

    @Test
    void theTableIsThatOfTheValues() throws IOException {
        var readme = Files.readString(README);
        var table = rows().stream()
                .map(Row::markdown)
                .collect(Collectors.joining("\n", "| key | default | meaning |\n|---|---|---|\n", "\n"));
        var expected = readme.substring(0, readme.indexOf(BEGIN) + BEGIN.length())
                + table
                + readme.substring(readme.indexOf(END));
        if (Chart.REWRITE) {
            Files.writeString(README, expected);
        }
        assertThat(Files.readString(README)).isEqualTo(expected);
    }

    @Test
    void everyValueSaysWhatItMeans() throws IOException {
        assertThat(rows())
                .isNotEmpty()
                .allSatisfy(row ->
                        assertThat(row.meaning()).as(row.key()).isNotBlank().endsWith("."));
    }

    private static List<Row> rows() throws IOException {
        var options = new LoaderOptions();
        options.setProcessComments(true);
        var rows = new ArrayList<Row>();
        try (var reader = Files.newBufferedReader(Chart.DIRECTORY.resolve("values.yaml"))) {
            collect((MappingNode) new Yaml(options).compose(reader), "", rows);
        }
        return rows;
    }

    /** A key with a comment is a value; one without is a group of values. */
    private static void collect(MappingNode map, String path, List<Row> rows) {
        for (NodeTuple entry : map.getValue()) {
            var key = path + ((ScalarNode) entry.getKeyNode()).getValue();
            var comment = comment(entry);
            if (comment.isEmpty()
                    && entry.getValueNode() instanceof MappingNode group
                    && !group.getValue().isEmpty()) {
                collect(group, key + ".", rows);
            } else {
                rows.add(new Row(key, value(key), comment));
            }
        }
    }

    private static String comment(NodeTuple entry) {
        var lines = entry.getKeyNode().getBlockComments();
        if (lines == null) {
            return "";
        }
        // A blank line ends what belongs to the file and not to the key.
        var text = lines.stream()
                .map(line -> line.getCommentType() == CommentType.BLANK_LINE
                        ? "\n"
                        : line.getValue().strip())
                .collect(Collectors.joining(" "));
        return text.substring(text.lastIndexOf('\n') + 1).strip();
    }

    private static String value(String key) {
        return Chart.json(Chart.file("values.yaml").at(key.split("\\.")).value());
    }
}
