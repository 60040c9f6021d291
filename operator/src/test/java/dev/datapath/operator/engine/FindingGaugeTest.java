package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.Finding.Severity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingGaugeTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final FindingGauge findings = new FindingGauge(registry);

    private record Found(String kind, Severity severity) {}

    @Test
    void kindsWithoutFindingsHaveValueZero() {
        assertThat(count("StoragePool", "error")).isZero();
        assertThat(count("ServiceLevelObjective", "warning")).isZero();
    }

    @Test
    void fixedFindingsAreZeroAgain() {
        set(
                new Found("DataPath", Severity.ERROR),
                new Found("DataPath", Severity.ERROR),
                new Found("none", Severity.WARNING));
        assertThat(count("DataPath", "error")).isEqualTo(2);
        assertThat(count("DataPath", "warning")).isZero();
        assertThat(count("none", "warning")).isEqualTo(1);
        set();
        assertThat(count("DataPath", "error")).isZero();
        assertThat(registry.find("datapath.findings").tag("kind", "none").gauges())
                .isEmpty();
    }

    private void set(Found... found) {
        findings.set(List.of(found), Found::kind, Found::severity);
    }

    private double count(String kind, String severity) {
        return registry.get("datapath.findings")
                .tags("kind", kind, "severity", severity)
                .gauge()
                .value();
    }
}
