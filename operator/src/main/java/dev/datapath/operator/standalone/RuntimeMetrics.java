package dev.datapath.operator.standalone;

import dev.datapath.operator.engine.FindingGauge;
import dev.datapath.operator.manifest.LocatedFinding;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Metrics of standalone mode; docs/metrics.md describes each. Label values are from fixed sets: kinds, types, states,
 * severities. Names of objects are not labels.
 */
final class RuntimeMetrics {
    private final Counter reloads;
    private final Counter restarts;
    private final MultiGauge gateways;
    private final FindingGauge findings;
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
        findings = new FindingGauge(registry);
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
        findings.set(
                all,
                finding -> finding.object() == null ? "none" : finding.object().kind(),
                LocatedFinding::severity);
    }
}
