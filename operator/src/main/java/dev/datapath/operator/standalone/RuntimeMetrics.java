package dev.datapath.operator.standalone;

import dev.datapath.operator.compile.Finding.Severity;
import dev.datapath.operator.manifest.LocatedFinding;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What standalone mode measures about itself; docs/metrics.md describes each. Labels are of fixed sets: kinds, types, states,
 * severities. Names of objects are not labels.
 */
final class RuntimeMetrics {
    private final Counter reloads;
    private final Counter restarts;
    private final MultiGauge gateways;
    private final MultiGauge findings;
    private int restartsSoFar;

    RuntimeMetrics(MeterRegistry registry) {
        reloads = Counter.builder("datapath.reloads")
                .description("Readings of the source directory that were taken over.")
                .register(registry);
        restarts = Counter.builder("datapath.gateway.restarts")
                .description("Gateways that ended by themselves and were started again.")
                .register(registry);
        gateways = MultiGauge.builder("datapath.gateways")
                .description("Gateways by state.")
                .register(registry);
        findings = MultiGauge.builder("datapath.findings")
                .description("Findings in force, by kind of object and severity.")
                .register(registry);
    }

    void reloaded() {
        reloads.increment();
    }

    void gateways(Collection<Gateway> all) {
        var counts = all.stream().collect(Collectors.groupingBy(Gateway::phase, Collectors.counting()));
        var rows = new ArrayList<MultiGauge.Row<?>>();
        for (var phase : Gateway.Phase.values()) {
            rows.add(MultiGauge.Row.of(
                    Tags.of("state", phase.name().toLowerCase(Locale.ROOT)), counts.getOrDefault(phase, 0L)));
        }
        gateways.register(rows, true);
        int now = all.stream().mapToInt(Gateway::restarts).sum();
        if (now > restartsSoFar) {
            restarts.increment(now - restartsSoFar);
        }
        restartsSoFar = now;
    }

    void findings(Collection<LocatedFinding> all) {
        var counts = new TreeMap<String, Map<Severity, Long>>(all.stream()
                .collect(Collectors.groupingBy(
                        finding -> finding.object() == null
                                ? "none"
                                : finding.object().kind(),
                        Collectors.groupingBy(LocatedFinding::severity, Collectors.counting()))));
        var rows = new ArrayList<MultiGauge.Row<?>>();
        counts.forEach((kind, bySeverity) -> bySeverity.forEach((severity, count) -> rows.add(MultiGauge.Row.of(
                Tags.of("kind", kind, "severity", severity.name().toLowerCase(Locale.ROOT)), count))));
        findings.register(rows, true);
    }
}
