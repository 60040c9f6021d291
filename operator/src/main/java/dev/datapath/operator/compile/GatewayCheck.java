package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.Gateway;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.text.QualifiedName;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks the parts of {@code spec.gateway} that only end up in Deployment, Service and autoscaler. A schema cannot bound the keys
 * of a map, so an invalid key is reported here and not only by the API server.
 */
final class GatewayCheck {
    /** Resource names without a domain prefix (core/v1, {@code IsStandardContainerResourceName}). */
    private static final Set<String> RESOURCES = Set.of("cpu", "memory", "ephemeral-storage");

    private static final String HUGE_PAGES = "hugepages-";

    /** The consequence of each error here. */
    private static final String CONSEQUENCE =
            "; until then the API server rejects the change, and the gateways are not changed";

    private GatewayCheck() {}

    static void check(Gateway gateway, Report at) {
        checkAutoscaling(gateway, at);
        checkKeys(gateway.placement().nodeSelector(), at.field("placement").field("nodeSelector"));
        checkKeys(gateway.service().annotations(), at.field("service").field("annotations"));
        checkResources(gateway.resources(), at.field("resources"));
    }

    /** Kubernetes uses a limit as the request where there is no request. */
    private static void checkAutoscaling(Gateway gateway, Report at) {
        var resources = gateway.resources();
        if (gateway.autoscaling() != null
                && !ResourcesCheck.isPositive(resources.requests().get("cpu"))
                && !ResourcesCheck.isPositive(resources.limits().get("cpu"))) {
            at.field("resources")
                    .field("requests")
                    .error(
                            Reason.Invalid,
                            "autoscaling compares CPU usage with the CPU request, and there is no CPU request, so the number of gateways"
                                    + " does not change: add cpu, such as \"1\", or set replicas instead of autoscaling");
        }
    }

    private static void checkKeys(Map<String, String> map, Report at) {
        new TreeSet<>(map.keySet())
                .stream()
                        .filter(key -> !QualifiedName.isValid(key))
                        .forEach(key -> at.field(key)
                                .error(
                                        Reason.Invalid,
                                        "the key is not valid: write " + QualifiedName.FORMAT + CONSEQUENCE));
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
                                        "this is not the name of a resource: write cpu, memory, ephemeral-storage, hugepages-<size>, or the"
                                                + " name of an extended resource such as example.com/nic"
                                                + CONSEQUENCE));
    }

    private static boolean isResource(String name) {
        return QualifiedName.isValid(name)
                && (name.contains("/") || RESOURCES.contains(name) || name.startsWith(HUGE_PAGES));
    }

    /**
     * A resource that pods cannot share needs equal request and limit (core/v1, {@code ValidateResourceRequirements}). As for every
     * resource, a request above the limit is reported and lowered to it.
     */
    private static void checkWholeShare(String name, Gateway.Resources resources, Report at) {
        var limit = resources.limits().get(name);
        var request = resources.requests().get(name);
        if (limit == null) {
            at.field("requests")
                    .field(name)
                    .error(
                            Reason.Invalid,
                            "this resource needs a limit of the same amount: add it to limits" + CONSEQUENCE);
        } else if (request != null && ResourcesCheck.isLess(request, limit)) {
            at.field("requests")
                    .field(name)
                    .error(
                            Reason.Invalid,
                            "the request is " + request + ", and the limit is " + limit
                                    + ": this resource cannot be shared, so write the same amount in both"
                                    + CONSEQUENCE);
        }
    }
}
