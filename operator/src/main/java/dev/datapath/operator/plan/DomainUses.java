package dev.datapath.operator.plan;

import dev.datapath.operator.model.DomainUse;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The base domains that each store must know. */
public final class DomainUses {
    /** Maximum number of checks in one DataPath: each check takes memory of a gateway and requests to the store. */
    public static final int MOST_CHECKED = 64;

    private DomainUses() {}

    /** The domain uses of all listeners that are checked: the first ones by pool and domain. */
    public static List<DomainUse> checked(GatewayPlan plan) {
        return plan.listeners().stream()
                .flatMap(listener -> of(listener, plan))
                .distinct()
                .sorted()
                .limit(MOST_CHECKED)
                .toList();
    }

    /** The domain uses of one listener of the plan. */
    public static Stream<DomainUse> of(ListenerPlan listener, GatewayPlan plan) {
        if (listener.baseDomains().isEmpty()) {
            return Stream.empty();
        }
        var rules = listener.matches().stream().map(MatchPlan::rule).collect(Collectors.toSet());
        var forwarded = plan.rules().stream()
                .filter(rule -> rules.contains(rule.id()))
                .flatMap(rule -> rule.action() instanceof RulePlan.Forward(var backends)
                        ? backends.stream().map(RulePlan.WeightedBackend::backend)
                        : Stream.empty());
        return Stream.concat(Stream.ofNullable(listener.defaultBackend()), forwarded)
                .filter(Backend.Pool.class::isInstance)
                .map(Backend::name)
                .distinct()
                .flatMap(pool -> listener.baseDomains().stream().map(domain -> new DomainUse(pool, domain)));
    }
}
