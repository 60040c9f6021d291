package dev.datapath.operator.cli;

import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.RoutingPolicyStatus;
import dev.datapath.api.v1alpha1.ServiceLevelObjectiveStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.standalone.Overview.GatewayRow;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.stream.Collectors;

/** Formats statuses as text. */
final class OverviewText {
    private OverviewText() {}

    /** An object with its conditions, and the reason and message of each that is not True. */
    static String object(ObjectRef ref, Object status) {
        return ref + ": " + figures(status) + conditions(conditionsOf(status));
    }

    static String gateway(GatewayRow gateway) {
        return "gateway " + gateway.name() + " of " + gateway.dataPath() + ": " + gateway.state()
                + (gateway.pid() == 0 ? "" : ", pid " + gateway.pid())
                + (gateway.endpoints().isEmpty() ? "" : ", " + String.join(" ", gateway.endpoints()))
                + ", metrics " + gateway.metrics()
                + (gateway.problem().isEmpty() ? "" : ", " + gateway.problem());
    }

    /** All conditions of an object; for a policy, the conditions of each target. */
    static List<Condition> conditionsOf(Object status) {
        return switch (status) {
            case DataPathStatus dataPath -> dataPath.conditions();
            case StoragePoolStatus pool -> pool.conditions();
            case RoutingPolicyStatus policy ->
                policy.ancestors().stream()
                        .flatMap(ancestor -> ancestor.conditions().stream())
                        .toList();
            case ServiceLevelObjectiveStatus objective -> objective.conditions();
            default -> List.of();
        };
    }

    private static String figures(Object status) {
        return switch (status) {
            case DataPathStatus dataPath
            when dataPath.summary() != null ->
                dataPath.summary().synced() + " synced, " + dataPath.summary().ready() + " ready, ";
            case StoragePoolStatus pool
            when pool.summary() != null -> pool.summary().healthy() + " healthy, ";
            default -> "";
        };
    }

    private static String conditions(List<Condition> conditions) {
        return conditions.stream()
                .map(condition -> condition.getType() + "=" + condition.getStatus()
                        + ("True".equals(condition.getStatus())
                                ? ""
                                : "/" + condition.getReason() + " (" + condition.getMessage() + ")"))
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
