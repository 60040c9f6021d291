package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.Gateway.WorkloadKind;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.Optional;

/** Builds the PodDisruptionBudget, which limits voluntary evictions such as node drains. */
final class Disruptions {
    /** The percentage is rounded up, so this is one of one to ten gateways. */
    private static final IntOrString TENTH = new IntOrString("10%");

    private Disruptions() {}

    /**
     * The budget of a Deployment. A DaemonSet has none: Kubernetes cannot determine its desired number of pods and would then allow
     * no eviction. Draining a node keeps pods of DaemonSets anyway.
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
                // A gateway that is not ready has no transfers and must not block the drain of a node.
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .endSpec()
                .build());
    }
}
