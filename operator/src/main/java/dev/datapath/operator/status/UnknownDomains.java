package dev.datapath.operator.status;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.DomainQuestion;
import dev.datapath.operator.plan.DomainUses;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.PoolPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Base domains of listeners that a store does not know, as gateways report. */
public final class UnknownDomains {
    private UnknownDomains() {}

    /**
     * Warnings about the listeners of a DataPath.
     *
     * @param plan what its gateways do; null when nothing yet
     * @param unknown what any of its gateways reports; entries that the plan does not have are stale and ignored
     */
    public static List<Finding> findings(DataPath dataPath, @Nullable GatewayPlan plan, Collection<DomainUse> unknown) {
        var findings = new ArrayList<Finding>();
        if (plan == null || dataPath.getSpec() == null || unknown.isEmpty()) {
            return findings;
        }
        var object = new ObjectRef(
                "DataPath", plan.dataPath().namespace(), plan.dataPath().name());
        var declared = dataPath.getSpec().listeners();
        for (int i = 0; i < declared.size(); i++) {
            var name = declared.get(i).name();
            var field = "spec.listeners[" + i + "].baseDomains";
            plan.listeners().stream()
                    .filter(listener -> listener.name().equals(name))
                    .flatMap(listener -> messages(listener, plan, unknown))
                    .map(message -> new Finding(object, Finding.Severity.WARNING, Reason.Incomplete, field, message))
                    .forEach(findings::add);
        }
        return findings;
    }

    private static Stream<String> messages(ListenerPlan listener, GatewayPlan plan, Collection<DomainUse> unknown) {
        return DomainUses.of(listener, plan)
                .filter(unknown::contains)
                .sorted()
                .flatMap(use -> plan.pools().stream()
                        .filter(pool -> pool.name().equals(use.pool()))
                        .flatMap(pool -> pool.firstActive().stream())
                        .map(node -> message(use, node)));
    }

    private static String message(DomainUse use, PoolPlan.NodePlan node) {
        return "the store of StoragePool " + use.pool() + " does not know base domain " + use.baseDomain()
                + ": for GET "
                + DomainQuestion.PROBE.path() + " with host " + DomainQuestion.host(use.baseDomain()) + ", node "
                + node.name() + " took the bucket from the path. A PUT by host can then return 200 and create a bucket"
                + " instead of an object. Set the domain at the store, see docs/stores.md, or remove it from baseDomains";
    }
}
