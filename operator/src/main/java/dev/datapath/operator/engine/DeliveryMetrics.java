package dev.datapath.operator.engine;

import dev.datapath.operator.xds.ResourceType;
import dev.datapath.operator.xds.XdsEvents;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Metrics of the delivery of changes to gateways, described in docs/metrics.md. Labels have fixed sets of values, never names of
 * objects.
 */
public final class DeliveryMetrics implements XdsEvents {
    private final MeterRegistry registry;
    private final Timer compile;
    private final Timer apply;
    private final DistributionSummary bytes;
    private final Counter refused;
    private final AtomicInteger connected = new AtomicInteger();

    public DeliveryMetrics(MeterRegistry registry) {
        this.registry = registry;
        compile = Timer.builder("datapath.compile")
                .description("Time to compile one DataPath and to render and publish it when it changed.")
                .serviceLevelObjectives(millis(1, 5, 10, 25, 50, 100, 250, 1000))
                .register(registry);
        apply = Timer.builder("datapath.config.apply")
                .description("Time from a change being seen to all gateways of a DataPath having acknowledged it.")
                .serviceLevelObjectives(
                        // 2.5 s is the threshold of the alert DataPathConfigurationSlow. Without this bucket, 1.1 s and
                        // 4.9 s could not be distinguished.
                        millis(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000))
                .register(registry);
        bytes = DistributionSummary.builder("datapath.xds.response.bytes")
                .baseUnit("bytes")
                .description("Sizes of xDS responses.")
                .register(registry);
        registry.gauge("datapath.xds.gateways", connected);
        refused = Counter.builder("datapath.xds.refused")
                .description("xDS streams closed for a request: no node, another identity, or more than a bound.")
                .register(registry);
        failures("stream");
        failures("timer");
        for (var type : ResourceType.values()) {
            rejections(type);
            for (var result : new String[] {"sent", "acknowledged", "rejected"}) {
                pushes(type, result);
            }
        }
    }

    /** Records the compilation of one DataPath. */
    public void compiled(long nanos) {
        compile.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Records that all gateways of a DataPath acknowledged a change. */
    public void applied(long nanos) {
        apply.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void connected(String dataPath, String gateway) {
        connected.incrementAndGet();
    }

    @Override
    public void disconnected(String dataPath, String gateway, String reason) {
        connected.decrementAndGet();
    }

    @Override
    public void refused(String reason) {
        refused.increment();
    }

    @Override
    public void failed(String what) {
        failures(what).increment();
    }

    @Override
    public void sent(String dataPath, String gateway, ResourceType type, String version, int resources, int size) {
        pushes(type, "sent").increment();
        bytes.record(size);
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

    private Counter failures(String what) {
        return Counter.builder("datapath.xds.failures")
                .description("Work of the xDS server that failed because of a defect, which is in the log.")
                .tags("task", what)
                .register(registry);
    }

    private Counter pushes(ResourceType type, String result) {
        return Counter.builder("datapath.xds.pushes")
                .description("xDS responses by resource type and result.")
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
        return Arrays.stream(values).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
