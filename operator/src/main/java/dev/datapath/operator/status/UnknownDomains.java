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

/** Findings on base domains of listeners that a store does not know, as reported by gateways. */
public final class UnknownDomains {
    private UnknownDomains() {}

    /**
     * Warnings about the listeners of a DataPath.
     *
     * @param plan the configuration of its gateways; null when there is none yet
     * @param unknown the reports of its gateways; entries that are not in the plan are stale and ignored
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
                + node.name()
                + " read the bucket from the path. A virtual-hosted PUT can then return 200 and create a bucket"
                + " instead of an object. Configure the domain in the store, see docs/stores.md, or remove it from baseDomains";
    }
}
