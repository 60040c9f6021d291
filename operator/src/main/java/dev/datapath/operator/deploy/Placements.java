package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** On which nodes gateways run. */
final class Placements {

    private Placements() {}

    static @Nullable String priorityClass(Placement placement) {
        var name = placement.priorityClassName();
        return name == null || name.isEmpty() ? null : name;
    }

    static List<Toleration> tolerations(Placement placement) {
        return placement.tolerations().stream()
                .map(toleration -> new TolerationBuilder()
                        .withKey(toleration.key())
                        .withOperator(toleration.operator().name())
                        .withValue(toleration.value())
                        .withEffect(
                                toleration.effect() == null
                                        ? null
                                        : toleration.effect().name())
                        .withTolerationSeconds(toleration.tolerationSeconds())
                        .build())
                .toList();
    }

    /**
     * A gateway that is badly placed is better than none, so these are wishes. The gateways of each revision are spread by
     * themselves: those that leave would otherwise decide where the new ones go.
     */
    static List<TopologySpreadConstraint> spread(Fleet fleet) {
        return fleet.gateway().placement().spreadOver().stream()
                .distinct()
                .map(domain -> new TopologySpreadConstraintBuilder()
                        .withMaxSkew(1)
                        .withTopologyKey(
                                switch (domain) {
                                    case Zone -> "topology.kubernetes.io/zone";
                                    case Host -> "kubernetes.io/hostname";
                                })
                        .withWhenUnsatisfiable("ScheduleAnyway")
                        .withLabelSelector(fleet.selector())
                        .withMatchLabelKeys("pod-template-hash")
                        .withNodeAffinityPolicy("Honor")
                        .withNodeTaintsPolicy("Honor")
                        .build())
                .toList();
    }
}
