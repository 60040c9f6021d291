package dev.datapath.operator.deploy;

import dev.datapath.operator.text.Sha256;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Builds the pod template of gateways. A change of the template replaces all pods, so it only contains settings that take effect at
 * start. Listeners, routes, pools and certificates reach running gateways by other ways.
 */
final class PodTemplates {
    /** Digest of the files that are only read at start. */
    static final String BOOTSTRAP_ANNOTATION = "datapath.dev/bootstrap";

    /** User and group of the gateway image. */
    private static final long USER = 65_532;
    /** Owner and group may read: 0440. */
    private static final int PRIVATE = 0440;

    private static final int PUBLIC = 0444;
    /** The time that Envoy needs to exit after its last transfer. */
    private static final Duration MARGIN = Duration.ofSeconds(15);

    private PodTemplates() {}

    static PodTemplateSpec of(Fleet fleet, Map<String, String> bootstrap, boolean spread) {
        var settings = fleet.settings();
        var placement = fleet.gateway().placement();
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(fleet.labels())
                .withAnnotations(new TreeMap<>(Map.of(
                        BOOTSTRAP_ANNOTATION,
                        Sha256.hex(new TreeMap<>(bootstrap).toString(), 8),
                        // Without this a cluster autoscaler would not remove a node that has a pod with local files.
                        "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes",
                        "tmp")))
                .endMetadata()
                .withSpec(new PodSpecBuilder()
                        .withServiceAccountName(fleet.names().gateway())
                        .withAutomountServiceAccountToken(false)
                        .withEnableServiceLinks(false)
                        .withImagePullSecrets(settings.imagePullSecrets().stream()
                                .map(LocalObjectReference::new)
                                .toList())
                        .withSecurityContext(new PodSecurityContextBuilder()
                                .withRunAsNonRoot(true)
                                .withRunAsUser(USER)
                                .withRunAsGroup(USER)
                                .withFsGroup(USER)
                                .withNewSeccompProfile()
                                .withType("RuntimeDefault")
                                .endSeccompProfile()
                                .build())
                        .withTerminationGracePeriodSeconds(gracePeriod(fleet).toSeconds())
                        .withPriorityClassName(Placements.priorityClass(placement))
                        .withNodeSelector(placement.nodeSelector())
                        .withTolerations(Placements.tolerations(placement))
                        .withTopologySpreadConstraints(spread ? Placements.spread(fleet) : List.of())
                        .withContainers(GatewayContainer.of(fleet))
                        .withVolumes(volumes(fleet.names()))
                        .build())
                .build();
    }

    /** The termination grace period: the drain delay, then the drain timeout, and a margin. */
    static Duration gracePeriod(Fleet fleet) {
        return fleet.settings()
                .drainDelay()
                .plus(fleet.plan().drainTimeout())
                .plus(MARGIN)
                .plusMillis(999);
    }

    private static List<Volume> volumes(GatewayNames names) {
        return List.of(
                new VolumeBuilder()
                        .withName("bootstrap")
                        .withNewConfigMap()
                        .withName(names.bootstrap())
                        .withDefaultMode(PUBLIC)
                        .endConfigMap()
                        .build(),
                new VolumeBuilder()
                        .withName("identity")
                        .withNewSecret()
                        .withSecretName(names.identity())
                        .withDefaultMode(PRIVATE)
                        .endSecret()
                        .build(),
                new VolumeBuilder()
                        .withName("last-good")
                        .withNewSecret()
                        .withSecretName(names.lastGood())
                        .withDefaultMode(PRIVATE)
                        .withOptional(true)
                        .endSecret()
                        .build(),
                new VolumeBuilder()
                        .withName("tmp")
                        .withNewEmptyDir()
                        .withSizeLimit(new Quantity("256Mi"))
                        .endEmptyDir()
                        .build());
    }
}
