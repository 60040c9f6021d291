package dev.datapath.operator.kubernetes;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/**
 * The form in which caches hold objects: without {@code metadata.managedFields}. Only the API server needs the owners
 * of fields, and they take more memory than the rest of the object.
 */
public final class LeanObjects {

    /** Jackson treats this as an annotation of {@link ObjectMeta}. */
    @JsonIgnoreProperties("managedFields")
    private abstract static class WithoutManagedFields {}

    private LeanObjects() {}

    /**
     * The metadata that identifies an object and its version, without fields that its owner can write at any length.
     */
    public static ObjectMetaBuilder identity(HasMetadata object) {
        var metadata = object.getMetadata();
        return new ObjectMetaBuilder()
                .withName(metadata.getName())
                .withNamespace(metadata.getNamespace())
                .withUid(metadata.getUid())
                .withResourceVersion(metadata.getResourceVersion())
                .withGeneration(metadata.getGeneration());
    }

    /**
     * Serialization for the operator's client. It also accepts objects of a newer version, see {@link UnknownValues}.
     */
    public static KubernetesSerialization serialization() {
        var mapper = new ObjectMapper().addMixIn(ObjectMeta.class, WithoutManagedFields.class);
        UnknownValues.tolerate(mapper, new ObjectRoom(Runtime.getRuntime().maxMemory()));
        return new KubernetesSerialization(mapper, true);
    }
}
