package dev.datapath.operator.kubernetes;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/**
 * Objects as caches hold them. They are read without {@code metadata.managedFields}: who owns which field matters to the API server
 * alone, and takes more memory in a cache than the object it is about.
 */
public final class LeanObjects {

    /** Jackson takes the annotation for one of {@link ObjectMeta}. */
    @JsonIgnoreProperties("managedFields")
    private abstract static class WithoutManagedFields {}

    private LeanObjects() {}

    /** The metadata that tells an object and its states from others, without what its owner may write at any length. */
    public static ObjectMetaBuilder identity(HasMetadata object) {
        var metadata = object.getMetadata();
        return new ObjectMetaBuilder()
                .withName(metadata.getName())
                .withNamespace(metadata.getNamespace())
                .withUid(metadata.getUid())
                .withResourceVersion(metadata.getResourceVersion())
                .withGeneration(metadata.getGeneration());
    }

    /** For the client of an operator; it takes objects of a newer version too, see {@link UnknownValues}. */
    public static KubernetesSerialization serialization() {
        var mapper = new ObjectMapper().addMixIn(ObjectMeta.class, WithoutManagedFields.class);
        UnknownValues.tolerate(mapper, new ObjectRoom(Runtime.getRuntime().maxMemory()));
        return new KubernetesSerialization(mapper, true);
    }
}
