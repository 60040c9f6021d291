package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.DataPath;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Map;

/** The ConfigMap with the operator's decisions on a DataPath. Gateways do not mount it. */
public final class DecisionsConfigMap {
    /** Key of the record. */
    public static final String RECORD = "decisions.json";

    private DecisionsConfigMap() {}

    public static ConfigMap of(DataPath dataPath, String record) {
        var metadata = dataPath.getMetadata();
        return new ConfigMapBuilder()
                .withMetadata(new ObjectMetaBuilder()
                        .withName(GatewayNames.of(metadata.getName()).decisions())
                        .withNamespace(metadata.getNamespace())
                        .withLabels(Labels.ofGateways(metadata.getName()))
                        .withOwnerReferences(Owners.controller(dataPath))
                        .build())
                .withData(Map.of(RECORD, record))
                .build();
    }
}
