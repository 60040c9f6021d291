package dev.datapath.operator.deploy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Optional;

/** Owner references of objects. */
public final class Owners {

    private Owners() {}

    /**
     * The controller reference, which makes an object be deleted with its owner. It has no {@code blockOwnerDeletion}: clusters
     * that check such references would require the permission to update finalizers of the owner.
     */
    static OwnerReference controller(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .build();
    }

    /** The controller reference of an object. */
    public static Optional<OwnerReference> controllerOf(HasMetadata object) {
        return object.getMetadata().getOwnerReferences().stream()
                .filter(reference -> Boolean.TRUE.equals(reference.getController()))
                .findFirst();
    }

    /** Whether the object is controlled by exactly this owner, and not by a deleted one with the same name. */
    public static boolean controls(HasMetadata owner, HasMetadata object) {
        return controllerOf(object)
                .filter(reference ->
                        reference.getUid().equals(owner.getMetadata().getUid()))
                .isPresent();
    }
}
