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
 * What owners of DataPaths may ask of the cluster's scheduler. Who can write a DataPath need not be able to make pods, so the
 * operator must not do for them what takes from other namespaces: a priority class evicts their pods, a toleration puts gateways on
 * nodes that are kept for them. What is not allowed is left out; the gateways run without it.
 *
 * @param priorityClasses names, or {@value #ANY}
 * @param tolerations keys of the taints that may be tolerated, or {@value #ANY}; only that allows a toleration without a key
 * @param daemonSet whether gateways may run on each node; else a DataPath that asks for it gets a Deployment
 */
public record AllowedPlacement(Set<String> priorityClasses, Set<String> tolerations, boolean daemonSet) {
    /** Stands for every name. */
    public static final String ANY = "*";

    private static final String REMEDY = ": remove it, or have the operator's administrator add it to the chart value ";

    public AllowedPlacement {
        priorityClasses = Set.copyOf(priorityClasses);
        tolerations = Set.copyOf(tolerations);
    }

    /**
     * Something that was asked for and is left out.
     *
     * @param field its path in the DataPath
     * @param message what is left out, and the remedy
     */
    public record LeftOut(String field, String message) {}

    /** The gateways without what is not allowed. */
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

    /** What is left out of the gateways of a DataPath. */
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
                    "a DaemonSet is not allowed, so the gateways run as a Deployment: write kind: Deployment, or have the operator's"
                            + " administrator set the chart value gateway.allowed.daemonSet to true"));
        }
        var placement = gateway.placement();
        if (!allowsPriority(placement)) {
            left.add(new LeftOut(
                    "spec.gateway.placement.priorityClassName",
                    "priority class " + placement.priorityClassName()
                            + " is not allowed, so the gateways have the cluster's default" + REMEDY
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
