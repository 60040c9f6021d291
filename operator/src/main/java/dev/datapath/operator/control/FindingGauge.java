package dev.datapath.operator.control;

import dev.datapath.operator.compile.Finding.Severity;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code datapath_findings}: findings in force, by kind of object and severity. */
public final class FindingGauge {
    private final MultiGauge gauge;

    public FindingGauge(MeterRegistry registry) {
        gauge = MultiGauge.builder("datapath.findings")
                .description("Findings in force, by kind of object and severity.")
                .register(registry);
    }

    /** These are all findings in force now. */
    public <T> void set(Collection<T> findings, Function<T, String> kind, Function<T, Severity> severity) {
        Map<String, Map<Severity, Long>> counts = findings.stream()
                .collect(Collectors.groupingBy(kind, Collectors.groupingBy(severity, Collectors.counting())));
        var rows = new ArrayList<MultiGauge.Row<?>>();
        counts.forEach((name, bySeverity) -> bySeverity.forEach((level, count) -> rows.add(
                MultiGauge.Row.of(Tags.of("kind", name, "severity", level.name().toLowerCase(Locale.ROOT)), count))));
        gauge.register(rows, true);
    }
}
