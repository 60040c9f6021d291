package dev.datapath.operator.deploy;

import dev.datapath.operator.plan.ContainerPorts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.time.Duration;

/**
 * Builds the container of a gateway. The S3 ports are not listed: a list has no effect on traffic, and adding or removing a
 * listener would replace all gateways.
 */
public final class GatewayContainer {
    /** Name of the container in its pod. */
    public static final String NAME = "envoy";
    /** Directory of the files that Envoy reads at start. */
    public static final String BOOTSTRAP = "/etc/datapath/bootstrap";

    /** Directory of the gateway's certificate, key and CA bundle. */
    public static final String IDENTITY = "/etc/datapath/identity";

    /** Environment variable: how many seconds a starting gateway waits for configuration from the operator. */
    public static final String FALLBACK_AFTER = "DATAPATH_FALLBACK_AFTER";

    static final String PROBE = "probe";
    static final String METRICS = "metrics";

    /** Time from the start of a gateway to its first health checks, with a margin. */
    private static final Duration CONFIGURED_WITHIN = Duration.ofSeconds(5);

    private GatewayContainer() {}

    static Container of(Fleet fleet) {
        var settings = fleet.settings();
        return new ContainerBuilder()
                .withName(NAME)
                .withImage(settings.image())
                .withImagePullPolicy(settings.imagePullPolicy())
                .withEnv(
                        podName(),
                        variable(
                                "DATAPATH_WORKERS",
                                String.valueOf(Workers.of(fleet.gateway().resources()))),
                        variable("DATAPATH_DRAIN_DELAY", seconds(settings.drainDelay())),
                        variable("DATAPATH_DRAIN_TIMEOUT", seconds(fleet.plan().drainTimeout())),
                        variable(FALLBACK_AFTER, seconds(fallbackAfter(fleet))))
                .withPorts(port(PROBE, ContainerPorts.PROBE), port(METRICS, ContainerPorts.METRICS))
                .withResources(resources(fleet))
                .withSecurityContext(new SecurityContextBuilder()
                        .withAllowPrivilegeEscalation(false)
                        .withPrivileged(false)
                        .withReadOnlyRootFilesystem(true)
                        .withNewCapabilities()
                        .withDrop("ALL")
                        .endCapabilities()
                        .build())
                .withVolumeMounts(
                        mount("bootstrap", BOOTSTRAP, true),
                        mount("identity", IDENTITY, true),
                        mount("last-good", "/etc/datapath/last-good", true),
                        mount("tmp", "/tmp", false))
                .withStartupProbe(Probes.startup())
                .withReadinessProbe(Probes.readiness())
                .withLivenessProbe(Probes.liveness())
                .withTerminationMessagePath("/dev/termination-log")
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .build();
    }

    /**
     * Envoy has its configuration when each node has had its first health check. If a node hangs, this takes the timeout of a
     * health check. The fallback must wait longer than that, because a hanging node must not look like an unavailable operator.
     */
    private static Duration fallbackAfter(Fleet fleet) {
        return fleet.plan().pools().stream()
                .map(pool -> pool.health().active().timeout().plus(CONFIGURED_WITHIN))
                .reduce(fleet.settings().fallbackAfter(), (one, other) -> one.compareTo(other) < 0 ? other : one);
    }

    static IntOrString probePort() {
        return new IntOrString(PROBE);
    }

    private static EnvVar podName() {
        return new EnvVarBuilder()
                .withName("POD_NAME")
                .withNewValueFrom()
                .withNewFieldRef()
                .withApiVersion("v1")
                .withFieldPath("metadata.name")
                .endFieldRef()
                .endValueFrom()
                .build();
    }

    private static EnvVar variable(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    static String seconds(Duration duration) {
        return String.valueOf(duration.plusMillis(999).toSeconds());
    }

    private static ContainerPort port(String name, int port) {
        return new ContainerPortBuilder()
                .withName(name)
                .withContainerPort(port)
                .withProtocol("TCP")
                .build();
    }

    private static ResourceRequirements resources(Fleet fleet) {
        var resources = fleet.gateway().resources();
        var limits = Workers.quantities(resources.limits());
        // A limit of 0 is dropped: the API server does not treat it as unlimited, and a request above it would be
        // invalid.
        limits.values().removeIf(limit -> limit.getNumericalAmount().signum() == 0);
        var memory = fleet.plan().memoryLimit();
        if (memory != null) {
            var used = new Quantity(memory.toString());
            limits.compute("memory", (name, declared) -> declared == null || less(declared, used) ? used : declared);
        }
        var requests = Workers.quantities(resources.requests());
        requests.replaceAll((name, request) -> {
            var limit = limits.get(name);
            return limit != null && less(limit, request) ? limit : request;
        });
        return new ResourceRequirementsBuilder()
                .withRequests(requests)
                .withLimits(limits)
                .build();
    }

    private static boolean less(Quantity one, Quantity other) {
        return one.getNumericalAmount().compareTo(other.getNumericalAmount()) < 0;
    }

    private static VolumeMount mount(String volume, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(path)
                .withReadOnly(readOnly ? true : null)
                .build();
    }
}
