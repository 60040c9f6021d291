package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.Gateway;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.text.QualifiedName;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parts of {@code spec.gateway} that only the API server acts on, with Deployment, Service and autoscaler. A schema cannot bound the
 * keys of a map, so a wrong one is reported here rather than by the API server alone.
 */
final class GatewayCheck {
    /** Names without a DNS name before them (core/v1, {@code IsStandardContainerResourceName}). */
    private static final Set<String> RESOURCES = Set.of("cpu", "memory", "ephemeral-storage");

    private static final String HUGE_PAGES = "hugepages-";

    /** The outcome of each error here. */
    private static final String CONSEQUENCE =
            "; until then the API server refuses the change, and the gateways stay as they are";

    private GatewayCheck() {}

    static void check(Gateway gateway, Report at) {
        checkAutoscaling(gateway, at);
        checkKeys(gateway.placement().nodeSelector(), at.field("placement").field("nodeSelector"));
        checkKeys(gateway.service().annotations(), at.field("service").field("annotations"));
        checkResources(gateway.resources(), at.field("resources"));
    }

    /** Kubernetes takes a limit for the request where there is no request. */
    private static void checkAutoscaling(Gateway gateway, Report at) {
        var resources = gateway.resources();
        if (gateway.autoscaling() != null
                && !ResourcesCheck.isPositive(resources.requests().get("cpu"))
                && !ResourcesCheck.isPositive(resources.limits().get("cpu"))) {
            at.field("resources")
                    .field("requests")
                    .error(
                            Reason.Invalid,
                            "the number of gateways follows their CPU use in percent of the CPU request, and there is none, so it"
                                    + " stays as it is: add cpu, such as \"1\", or give replicas instead of autoscaling");
        }
    }

    private static void checkKeys(Map<String, String> map, Report at) {
        new TreeSet<>(map.keySet())
                .stream()
                        .filter(key -> !QualifiedName.isValid(key))
                        .forEach(key -> at.field(key)
                                .error(
                                        Reason.Invalid,
                                        "it is not a valid key: write " + QualifiedName.FORMAT + CONSEQUENCE));
    }

    private static void checkResources(Gateway.Resources resources, Report at) {
        resourceNames(resources.requests(), at.field("requests"));
        resourceNames(resources.limits(), at.field("limits"));
        var names = new TreeSet<>(resources.requests().keySet());
        names.addAll(resources.limits().keySet());
        for (var name : names) {
            if (!RESOURCES.contains(name) && isResource(name)) {
                checkWholeShare(name, resources, at);
            }
        }
    }

    private static void resourceNames(Map<String, String> amounts, Report at) {
        new TreeSet<>(amounts.keySet())
                .stream()
                        .filter(name -> !isResource(name))
                        .forEach(name -> at.field(name)
                                .error(
                                        Reason.Invalid,
                                        "it is not the name of a resource: write cpu, memory, ephemeral-storage, hugepages-<size>, or the"
                                                + " name of an extended resource such as example.com/nic"
                                                + CONSEQUENCE));
    }

    private static boolean isResource(String name) {
        return QualifiedName.isValid(name)
                && (name.contains("/") || RESOURCES.contains(name) || name.startsWith(HUGE_PAGES));
    }

    /**
     * What cannot be shared with other pods has one amount (core/v1, {@code ValidateResourceRequirements}). A request above the limit is
     * reported, and lowered to it, like any other.
     */
    private static void checkWholeShare(String name, Gateway.Resources resources, Report at) {
        var limit = resources.limits().get(name);
        var request = resources.requests().get(name);
        if (limit == null) {
            at.field("requests")
                    .field(name)
                    .error(Reason.Invalid, "it needs a limit of the same amount: add it to limits" + CONSEQUENCE);
        } else if (request != null && ResourcesCheck.isLess(request, limit)) {
            at.field("requests")
                    .field(name)
                    .error(
                            Reason.Invalid,
                            "it requests " + request + ", and the limit is " + limit
                                    + ": this resource cannot be shared, so write the same amount in both"
                                    + CONSEQUENCE);
        }
    }
}
