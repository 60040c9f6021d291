package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Rectangle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dashboards that load anywhere and explain themselves. */
class DashboardsTest {

    static List<String> dashboards() throws IOException {
        try (var files = Files.list(Chart.DIRECTORY.resolve("files/dashboards"))) {
            return files.map(Path::getFileName).map(Path::toString).sorted().toList();
        }
    }

    private static Node load(String file) {
        return Chart.file("files/dashboards/" + file);
    }

    private static List<Node> graphs(Node dashboard) {
        return dashboard.at("panels").items().stream()
                .filter(panel -> !panel.at("type").text().equals("row"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everyPanelSaysWhatItShows(String file) {
        assertThat(graphs(load(file))).isNotEmpty().allSatisfy(panel -> {
            assertThat(panel.at("title").text()).isNotBlank();
            assertThat(panel.at("description").text()).endsWith(".");
            assertThat(panel.at("targets").items()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void theReaderChoosesTheDataSource(String file) {
        assertThat(graphs(load(file))).allSatisfy(panel -> {
            assertThat(panel.at("datasource", "uid").text()).isEqualTo("${datasource}");
            assertThat(panel.at("targets").items())
                    .extracting(target -> target.at("datasource", "uid").text())
                    .containsOnly("${datasource}");
        });
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelsHaveNumbersOfTheirOwnAndDoNotOverlap(String file) {
        var panels = load(file).at("panels").items();
        assertThat(panels).extracting(panel -> panel.at("id").text()).doesNotHaveDuplicates();
        var taken = new ArrayList<Rectangle>();
        for (var panel : panels) {
            var place = panel.at("gridPos");
            var here = new Rectangle(number(place, "x"), number(place, "y"), number(place, "w"), number(place, "h"));
            assertThat(here.getMaxX()).isLessThanOrEqualTo(24);
            assertThat(taken).noneMatch(other -> other.intersects(here));
            taken.add(here);
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void metricsAreDocumented(String file) {
        var expressions = graphs(load(file)).stream()
                .flatMap(panel -> panel.at("targets").items().stream())
                .map(target -> target.at("expr").text())
                .toList();
        assertThat(Expressions.metrics(expressions)).isNotEmpty();
        assertThat(Expressions.undocumented(expressions)).isEmpty();
    }

    @Test
    void theConfigMapHasTheFiles() throws IOException {
        var data = Chart.renderCase("on").only("ConfigMap").at("data");
        assertThat(data.keys()).containsExactlyElementsOf(dashboards());
        for (var file : dashboards()) {
            assertThat(data.at(file).text())
                    .isEqualTo(Files.readString(
                            Chart.DIRECTORY.resolve("files/dashboards").resolve(file)));
        }
    }

    private static int number(Node place, String key) {
        return Integer.parseInt(place.at(key).text());
    }
}
