package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Scheduling of gateways. */
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
     * Spread constraints are preferences, because a badly placed gateway is better than none. The gateways of each revision are
     * spread separately. Otherwise terminating gateways would influence where new ones are scheduled.
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
