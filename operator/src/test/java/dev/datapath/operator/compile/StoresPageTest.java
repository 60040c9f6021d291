package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.StoragePoolSpec.Provider;
import dev.datapath.operator.plan.HealthPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of docs/stores.md matches the presets. */
class StoresPageTest {
    private static final Path PAGE = Path.of("../docs/stores.md");

    /** @param health and {@code keepAlive} as in the page */
    private record Row(String health, String keepAlive) {}

    @Test
    void tableMatchesThePresets() throws IOException {
        var expected = Arrays.stream(Provider.values())
                .collect(Collectors.toMap(Provider::name, StoresPageTest::row, (one, other) -> one, TreeMap::new));
        assertThat(page()).isEqualTo(expected);
    }

    @Test
    void readmeLinksThePageBeforeAnyCommand() throws IOException {
        var readme = Files.readString(Path.of("../README.md"));
        assertThat(readme.indexOf("docs/stores.md")).isBetween(0, readme.indexOf("```"));
    }

    private static Row row(Provider provider) {
        var preset = ProviderPreset.of(provider);
        return new Row(text(preset.probe()), preset.keepAlive().toSeconds() + "s");
    }

    private static String text(HealthPlan.HttpProbe probe) {
        var statuses = probe.expectedStatuses().isEmpty()
                ? "any status"
                : probe.expectedStatuses().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return probe.method() + " " + probe.path() + ": " + statuses
                + (probe.bodyContains() == null ? "" : ", body contains `" + probe.bodyContains() + "`");
    }

    private static Map<String, Row> page() throws IOException {
        var rows = new TreeMap<String, Row>();
        for (var line : Files.readAllLines(PAGE)) {
            var cells = Arrays.stream(line.split("\\|")).map(String::strip).toList();
            if (cells.size() == 7
                    && cells.get(2).matches("`[A-Za-z0-9]+`")
                    && !cells.get(2).equals("`provider`")) {
                rows.put(cells.get(2).replace("`", ""), new Row(cells.get(3), cells.get(5)));
            }
        }
        return rows;
    }
}
