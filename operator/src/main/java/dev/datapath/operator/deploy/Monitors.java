package dev.datapath.operator.deploy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Builds the PodMonitor, with which the Prometheus operator scrapes gateways. */
final class Monitors {
    /** The name of the pod label {@link Labels#DATA_PATH} in Prometheus service discovery. */
    private static final String PROMETHEUS_DATA_PATH = "__meta_kubernetes_pod_label_datapath_dev_datapath";

    private Monitors() {}

    /** The PodMonitor; empty when it is disabled or the cluster has no PodMonitor CRD. */
    static Optional<GenericKubernetesResource> of(Fleet fleet) {
        if (!fleet.settings().podMonitors()) {
            return Optional.empty();
        }
        var metadata = fleet.metadata(fleet.names().gateway());
        var labels = new TreeMap<>(fleet.settings().podMonitorLabels());
        // Labels of the operator win, because alerts, dashboards and the operator rely on them.
        labels.putAll(metadata.getLabels());
        metadata.setLabels(labels);
        return Optional.of(new GenericKubernetesResourceBuilder()
                .withApiVersion("monitoring.coreos.com/v1")
                .withKind("PodMonitor")
                .withMetadata(metadata)
                .addToAdditionalProperties(
                        "spec",
                        new TreeMap<>(Map.of(
                                "selector",
                                Map.of("matchLabels", fleet.selectorLabels()),
                                // Alerts and dashboards select by the labels "job" and "datapath".
                                "jobLabel",
                                Labels.NAME,
                                "podMetricsEndpoints",
                                List.of(new TreeMap<>(Map.of(
                                        "port",
                                        GatewayContainer.METRICS,
                                        "path",
                                        "/stats/prometheus",
                                        "relabelings",
                                        List.of(new TreeMap<>(Map.of(
                                                "sourceLabels",
                                                List.of(PROMETHEUS_DATA_PATH),
                                                "targetLabel",
                                                "datapath")))))))))
                .build());
    }
}
