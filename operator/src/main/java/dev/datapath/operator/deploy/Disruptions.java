package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.Gateway.WorkloadKind;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.Optional;

/** How many gateways may be taken away at a time, for example by draining nodes. */
final class Disruptions {
    /** Of one to ten gateways, one: the share is rounded up. */
    private static final IntOrString TENTH = new IntOrString("10%");

    private Disruptions() {}

    /**
     * The budget of a Deployment. A DaemonSet has none: Kubernetes cannot tell how many pods of it are wanted, and would
     * then allow no eviction at all; drained nodes keep their pods of DaemonSets anyway.
     */
    static Optional<PodDisruptionBudget> of(Fleet fleet) {
        if (fleet.gateway().kind() == WorkloadKind.DaemonSet) {
            return Optional.empty();
        }
        return Optional.of(new PodDisruptionBudgetBuilder()
                .withMetadata(fleet.metadata(fleet.names().gateway()))
                .withNewSpec()
                .withMaxUnavailable(TENTH)
                .withSelector(fleet.selector())
                // A gateway that is not ready holds no transfers and must not hold up the drain of a node.
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .endSpec()
                .build());
    }
}
