package dev.datapath.operator.deploy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Has the Prometheus operator read the gateways' metrics. */
final class Monitors {

    private Monitors() {}

    /** The PodMonitor, where the cluster knows that kind. */
    static Optional<GenericKubernetesResource> of(Fleet fleet) {
        if (!fleet.settings().podMonitors()) {
            return Optional.empty();
        }
        return Optional.of(new GenericKubernetesResourceBuilder()
                .withApiVersion("monitoring.coreos.com/v1")
                .withKind("PodMonitor")
                .withMetadata(fleet.metadata(fleet.names().gateway()))
                .addToAdditionalProperties(
                        "spec",
                        new TreeMap<>(Map.of(
                                "selector",
                                Map.of("matchLabels", fleet.selectorLabels()),
                                "podTargetLabels",
                                List.of(Labels.DATA_PATH),
                                "podMetricsEndpoints",
                                List.of(new TreeMap<>(
                                        Map.of("port", GatewayContainer.METRICS, "path", "/stats/prometheus"))))))
                .build());
    }
}
