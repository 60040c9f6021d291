package dev.datapath.operator.manifest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Map;

/** Converts admitted trees to the typed objects of the API. */
final class TypedObjects {
    private static final Map<String, Class<? extends HasMetadata>> TYPES = Map.of(
            "DataPath", DataPath.class,
            "StoragePool", StoragePool.class,
            "RoutingPolicy", RoutingPolicy.class,
            "ServiceLevelObjective", ServiceLevelObjective.class,
            "Secret", Secret.class,
            "ConfigMap", ConfigMap.class);

    private final ObjectMapper mapper = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** @throws IllegalArgumentException when the type and the schema of a kind do not match */
    HasMetadata read(String kind, Map<String, Object> fields) {
        Class<? extends HasMetadata> type = TYPES.get(kind);
        if (type == null) {
            throw new IllegalArgumentException("no Java type for the kind " + kind);
        }
        return mapper.convertValue(fields, type);
    }
}
