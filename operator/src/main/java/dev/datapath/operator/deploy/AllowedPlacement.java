package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.Gateway;
import dev.datapath.api.v1alpha1.Gateway.WorkloadKind;
import dev.datapath.api.v1alpha1.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The scheduling settings that owners of DataPaths may use. A user who can write a DataPath may lack the permission to create pods,
 * so the operator must not create pods for them that harm other namespaces. A priority class can evict their pods. A toleration can
 * put gateways on nodes reserved for them. A setting that is not allowed is left out, and the gateways run without it.
 *
 * @param priorityClasses names of allowed classes, or {@value #ANY}
 * @param tolerations keys of taints that may be tolerated, or {@value #ANY}; only {@value #ANY} allows a toleration without a key
 * @param daemonSet whether gateways may run as a DaemonSet; otherwise such a DataPath gets a Deployment
 */
public record AllowedPlacement(Set<String> priorityClasses, Set<String> tolerations, boolean daemonSet) {
    /** Matches every name. */
    public static final String ANY = "*";

    private static final String REMEDY =
            ": remove it, or ask the administrator of the operator to add it to the chart value ";

    public AllowedPlacement {
        priorityClasses = Set.copyOf(priorityClasses);
        tolerations = Set.copyOf(tolerations);
    }

    /**
     * A declared setting that is left out.
     *
     * @param field its path in the DataPath
     * @param message describes the setting and the remedy
     */
    public record LeftOut(String field, String message) {}

    /** The gateway settings without those that are not allowed. */
    public Gateway of(Gateway gateway) {
        var placement = gateway.placement();
        return new Gateway(
                allowsKind(gateway) ? gateway.kind() : WorkloadKind.Deployment,
                gateway.replicas(),
                gateway.autoscaling(),
                gateway.resources(),
                gateway.service(),
                new Placement(
                        placement.nodeSelector(),
                        placement.tolerations().stream().filter(this::allows).toList(),
                        allowsPriority(placement) ? placement.priorityClassName() : null,
                        placement.spreadOver()),
                gateway.maxConnections());
    }

    /** The settings of a DataPath that are left out. */
    public List<LeftOut> leftOut(DataPath dataPath) {
        DataPathSpec spec = dataPath.getSpec();
        if (spec == null) {
            return List.of();
        }
        var gateway = spec.gateway();
        var left = new ArrayList<LeftOut>();
        if (!allowsKind(gateway)) {
            left.add(new LeftOut(
                    "spec.gateway.kind",
                    "a DaemonSet is not allowed, so the gateways run as a Deployment: write kind: Deployment, or ask the administrator of the"
                            + " operator to set the chart value gateway.allowed.daemonSet to true"));
        }
        var placement = gateway.placement();
        if (!allowsPriority(placement)) {
            left.add(new LeftOut(
                    "spec.gateway.placement.priorityClassName",
                    "priority class " + placement.priorityClassName()
                            + " is not allowed, so the gateways have the default priority of the cluster" + REMEDY
                            + "gateway.allowed.priorityClassNames"));
        }
        for (int i = 0; i < placement.tolerations().size(); i++) {
            var toleration = placement.tolerations().get(i);
            if (!allows(toleration)) {
                left.add(new LeftOut(
                        "spec.gateway.placement.tolerations[" + i + "]",
                        "a toleration of "
                                + (isOfEveryTaint(toleration) ? "every taint" : "taint " + toleration.key())
                                + " is not allowed, so the gateways do not have it" + REMEDY
                                + "gateway.allowed.tolerations"
                                + (isOfEveryTaint(toleration) ? ", as \"*\"" : "")));
            }
        }
        return left;
    }

    private boolean allowsKind(Gateway gateway) {
        return daemonSet || gateway.kind() != WorkloadKind.DaemonSet;
    }

    private boolean allowsPriority(Placement placement) {
        var name = placement.priorityClassName();
        return name == null || name.isEmpty() || allows(priorityClasses, name);
    }

    private boolean allows(Placement.Toleration toleration) {
        var key = toleration.key();
        return allows(tolerations, key == null || key.isEmpty() ? ANY : key);
    }

    private static boolean isOfEveryTaint(Placement.Toleration toleration) {
        var key = toleration.key();
        return key == null || key.isEmpty();
    }

    private static boolean allows(Set<String> allowed, String name) {
        return allowed.contains(ANY) || allowed.contains(name);
    }
}
