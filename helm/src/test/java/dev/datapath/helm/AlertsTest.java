package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Who is woken by an alert finds out what it means and what to do. */
class AlertsTest {
    private static final Pattern HEADING = Pattern.compile("^## (DataPath\\w+)$", Pattern.MULTILINE);

    private static List<Node> alerts() {
        return Chart.file("files/alerts.yaml").at("groups").items().stream()
                .flatMap(group -> group.at("rules").items().stream())
                .toList();
    }

    @Test
    void eachHasASeverityAndSaysWhatIsWrong() {
        assertThat(alerts()).isNotEmpty().allSatisfy(alert -> {
            assertThat(alert.at("labels", "severity").text()).isIn("critical", "warning", "info");
            assertThat(alert.at("annotations").keys()).containsExactly("description", "runbook", "summary");
        });
    }

    @Test
    void eachHasARunbookAndNoRunbookIsWithoutAlert() throws IOException {
        var runbooks = HEADING.matcher(Files.readString(Chart.DOCS.resolve("runbooks.md")))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(alerts())
                .extracting(alert -> alert.at("alert").text())
                .containsExactlyInAnyOrderElementsOf(runbooks);
        assertThat(alerts())
                .allSatisfy(
                        alert -> assertThat(alert.at("annotations", "runbook").text())
                                .isEqualTo("docs/runbooks.md#"
                                        + alert.at("alert").text().toLowerCase(Locale.ROOT)));
    }

    @Test
    void eachAsksForMetricsThatAreDocumented() {
        assertThat(Expressions.undocumented(
                        alerts().stream().map(alert -> alert.at("expr").text()).toList()))
                .isEmpty();
    }

    /** A relative address is a dead link in every tool that shows alerts. */
    @Test
    void noAlertHasALinkThatLeadsNowhere() {
        var rule = Chart.renderValues("monitoring: {prometheusRule: {enabled: true}}")
                .only("PrometheusRule");
        assertThat(rule.at("spec", "groups").items().stream().flatMap(group -> group.at("rules").items().stream()))
                .hasSameSizeAs(alerts())
                .allSatisfy(alert -> assertThat(alert.at("annotations").keys()).doesNotContain("runbook_url"));
    }

    @Test
    void theRunbooksAddressIsThatOfTheValues() {
        var rule = Chart.renderCase("on").only("PrometheusRule");
        assertThat(rule.at("spec", "groups").items().stream().flatMap(group -> group.at("rules").items().stream()))
                .hasSameSizeAs(alerts())
                .allSatisfy(alert -> assertThat(
                                alert.at("annotations", "runbook_url").text())
                        .startsWith("https://docs.example.com/datapath/runbooks#datapath"));
    }
}
