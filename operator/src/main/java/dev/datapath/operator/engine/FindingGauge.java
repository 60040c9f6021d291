package dev.datapath.operator.engine;

import dev.datapath.operator.model.Finding.Severity;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The metric {@code datapath_findings}: current findings by kind of object and severity. For the kinds of DataPath it is published
 * with value 0, too.
 */
public final class FindingGauge {
    private static final List<String> KINDS =
            List.of("DataPath", "StoragePool", "RoutingPolicy", "ServiceLevelObjective");

    private final MultiGauge gauge;

    public FindingGauge(MeterRegistry registry) {
        gauge = MultiGauge.builder("datapath.findings")
                .description("Findings in force, by kind of object and severity.")
                .register(registry);
        set(List.<String>of(), Function.identity(), none -> Severity.ERROR);
    }

    /** Sets all current findings. */
    public <T> void set(Collection<T> findings, Function<T, String> kind, Function<T, Severity> severity) {
        Map<String, Map<Severity, Long>> counts = findings.stream()
                .collect(Collectors.groupingBy(kind, Collectors.groupingBy(severity, Collectors.counting())));
        KINDS.forEach(name -> counts.putIfAbsent(name, Map.of()));
        var rows = new ArrayList<MultiGauge.Row<?>>();
        counts.forEach((name, bySeverity) -> {
            for (var level : Severity.values()) {
                rows.add(MultiGauge.Row.of(
                        Tags.of("kind", name, "severity", level.name().toLowerCase(Locale.ROOT)),
                        bySeverity.getOrDefault(level, 0L)));
            }
        });
        gauge.register(rows, true);
    }
}
