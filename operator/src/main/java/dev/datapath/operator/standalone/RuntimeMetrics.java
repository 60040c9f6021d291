package dev.datapath.operator.standalone;

import dev.datapath.operator.compile.Finding.Severity;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.xds.ResourceType;
import dev.datapath.operator.xds.XdsEvents;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What the operator measures about itself; docs/metrics.md describes each. Labels are of fixed sets: kinds, types, states,
 * severities. Names of objects are not labels.
 */
final class RuntimeMetrics implements XdsEvents {
    private final Timer compile;
    private final Timer apply;
    private final Counter reloads;
    private final Counter restarts;
    private final MultiGauge gateways;
    private final MultiGauge findings;
    private final MeterRegistry registry;
    private int restartsSoFar;

    RuntimeMetrics(MeterRegistry registry) {
        this.registry = registry;
        compile = Timer.builder("datapath.compile")
                .description("Time to compile one DataPath and to render and publish it when it changed.")
                .serviceLevelObjectives(millis(1, 5, 10, 25, 50, 100, 250, 1000))
                .register(registry);
        apply = Timer.builder("datapath.config.apply")
                .description("Time from a change being seen to all gateways of a DataPath having acknowledged it.")
                .serviceLevelObjectives(millis(5, 10, 25, 50, 100, 250, 1000, 5000))
                .register(registry);
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
        for (var type : ResourceType.values()) {
            rejections(type);
            for (var result : new String[] {"sent", "acknowledged", "rejected"}) {
                pushes(type, result);
            }
        }
    }

    void compiled(long nanos) {
        compile.record(nanos, TimeUnit.NANOSECONDS);
    }

    void applied(long nanos) {
        apply.record(nanos, TimeUnit.NANOSECONDS);
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

    @Override
    public void sent(String dataPath, String gateway, ResourceType type, String version, int resources, int bytes) {
        pushes(type, "sent").increment();
    }

    @Override
    public void acknowledged(String dataPath, String gateway, ResourceType type, String version) {
        pushes(type, "acknowledged").increment();
    }

    @Override
    public void rejected(String dataPath, String gateway, ResourceType type, String version, String message) {
        pushes(type, "rejected").increment();
        rejections(type).increment();
    }

    private Counter pushes(ResourceType type, String result) {
        return Counter.builder("datapath.xds.pushes")
                .description("xDS responses by resource type and what became of them.")
                .tags("type", type.name().toLowerCase(Locale.ROOT), "result", result)
                .register(registry);
    }

    private Counter rejections(ResourceType type) {
        return Counter.builder("datapath.xds.rejections")
                .description("xDS responses that a gateway rejected, by resource type.")
                .tags("type", type.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    private static Duration[] millis(long... values) {
        return java.util.Arrays.stream(values).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
