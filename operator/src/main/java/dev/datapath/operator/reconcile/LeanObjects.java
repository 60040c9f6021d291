package dev.datapath.operator.reconcile;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/**
 * Reads objects without {@code metadata.managedFields}: who owns which field matters to the API server alone, and takes more memory in a
 * cache than the object it is about.
 */
public final class LeanObjects {

    /** Jackson takes the annotation for one of {@link ObjectMeta}. */
    @JsonIgnoreProperties("managedFields")
    private abstract static class WithoutManagedFields {}

    private LeanObjects() {}

    /** For the client of an operator; it takes objects of a newer version too, see {@link UnknownValues}. */
    public static KubernetesSerialization serialization() {
        var mapper = new ObjectMapper().addMixIn(ObjectMeta.class, WithoutManagedFields.class);
        UnknownValues.tolerate(mapper);
        return new KubernetesSerialization(mapper, true);
    }
}
