package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.Gateway;
import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;

/** The inputs for the Kubernetes objects of one DataPath's gateways. */
record Fleet(DataPath dataPath, GatewayPlan plan, DeploySettings settings, GatewayNames names) {

    static Fleet of(DataPath dataPath, GatewayPlan plan, DeploySettings settings) {
        return new Fleet(
                dataPath, plan, settings, GatewayNames.of(dataPath.getMetadata().getName()));
    }

    String name() {
        return dataPath.getMetadata().getName();
    }

    /** The declared settings, without those that are not allowed. */
    Gateway gateway() {
        var spec = dataPath.getSpec();
        return settings.allowed().of(spec == null ? Gateway.DEFAULT : spec.gateway());
    }

    /** The declared listeners, including those that cannot be served. */
    List<Listener> listeners() {
        var spec = dataPath.getSpec();
        return spec == null
                ? List.of()
                : spec.listeners().stream()
                        .filter(listener -> listener.name() != null && listener.port() != null)
                        .toList();
    }

    /** Metadata of an object with this name. */
    ObjectMeta metadata(String objectName) {
        return new ObjectMetaBuilder()
                .withName(objectName)
                .withNamespace(dataPath.getMetadata().getNamespace())
                .withLabels(labels())
                .withOwnerReferences(Owners.controller(dataPath))
                .build();
    }

    Map<String, String> labels() {
        return Labels.ofGateways(name());
    }

    Map<String, String> selectorLabels() {
        return Labels.selectGateways(name());
    }

    LabelSelector selector() {
        return new LabelSelectorBuilder().withMatchLabels(selectorLabels()).build();
    }
}
