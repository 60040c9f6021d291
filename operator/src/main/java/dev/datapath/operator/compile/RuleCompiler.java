package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.OperationGroup;
import dev.datapath.api.v1alpha1.RequestMatch;
import dev.datapath.api.v1alpha1.RoutingRule;
import dev.datapath.api.v1alpha1.S3ErrorCode;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.plan.RulePlan.Action;
import dev.datapath.operator.plan.RulePlan.Deny;
import dev.datapath.operator.plan.RulePlan.Forward;
import dev.datapath.operator.plan.RulePlan.Hedge;
import dev.datapath.operator.plan.RulePlan.Retry;
import dev.datapath.operator.plan.RulePlan.Timeouts;
import dev.datapath.operator.plan.RulePlan.WeightedBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compiles the action, timeouts, retries and hedging of a rule. */
final class RuleCompiler {
    /** Default retries: the values of the resilience tests. */
    static final Retry DEFAULT_RETRY = new Retry(null, Duration.ofMillis(5));

    private final Backends backends;
    private final @Nullable Backend defaultBackend;

    RuleCompiler(Backends backends, @Nullable Backend defaultBackend) {
        this.backends = backends;
        this.defaultBackend = defaultBackend;
    }

    /** The rule; empty when it has neither pools nor deny. */
    Optional<RulePlan> compile(String id, RoutingRule rule, Report at) {
        warnAboutUnsupported(rule, at);
        return action(rule, at)
                .map(action -> new RulePlan(
                        id,
                        action,
                        timeouts(rule.timeouts(), at.field("timeouts")),
                        retry(rule.retry(), at.field("retry")),
                        hedge(rule, at.field("hedge")),
                        mirror(rule, at.field("mirror"))));
    }

    private Optional<Action> action(RoutingRule rule, Report at) {
        if (rule.deny() != null) {
            if (!rule.pools().isEmpty()) {
                at.field("deny")
                        .error(
                                Reason.Invalid,
                                "a rule has either pools or deny: write pools or deny, not both; until then requests are denied");
            }
            return Optional.of(deny(rule.deny().code()));
        }
        if (!rule.pools().isEmpty()) {
            return Optional.of(forward(rule.pools(), at));
        }
        if (rule.fault() != null) {
            // By the definition of the field, such a rule without its fault forwards requests to the default pool of
            // the DataPath.
            return Optional.of(
                    defaultBackend == null
                            ? deny(S3ErrorCode.NoSuchBucket)
                            : new Forward(List.of(new WeightedBackend(defaultBackend, 1))));
        }
        at.error(
                Reason.Invalid,
                "a rule needs pools or deny, so it is not applied: write pools to forward requests, or deny to deny them");
        return Optional.empty();
    }

    private static Deny deny(S3ErrorCode code) {
        return new Deny(code.name(), code.httpStatus());
    }

    private Forward forward(List<RoutingRule.WeightedPool> pools, Report at) {
        var shares = new ArrayList<WeightedBackend>();
        var sum = 0L;
        for (int i = 0; i < pools.size(); i++) {
            var here = at.item("pools", i);
            var weight = Bounds.integer(here.field("weight"), pools.get(i).weight(), 1, 0, 1_000_000);
            shares.add(new WeightedBackend(backends.named(pools.get(i).name(), here.field("name")), weight));
            sum += weight;
        }
        if (sum == 0) {
            at.field("pools")
                    .error(
                            Reason.Invalid,
                            "all weights are 0, so no pool gets requests and clients get 503: set a weight above 0 for one pool");
            return new Forward(List.of(new WeightedBackend(
                    new Backend.Unavailable(shares.getFirst().backend().name()), 1)));
        }
        return new Forward(shares);
    }

    private static Timeouts timeouts(RoutingRule.@Nullable Timeouts timeouts, Report at) {
        if (timeouts == null) {
            return new Timeouts(null, null);
        }
        var instead = "until then the default of each operation is used";
        return new Timeouts(
                Bounds.optionalDuration(
                                at.field("firstByte"),
                                timeouts.firstByte(),
                                Duration.ofMillis(10),
                                Duration.ofHours(1),
                                "10s",
                                instead)
                        .orElse(null),
                Bounds.optionalDuration(
                                at.field("idle"),
                                timeouts.idle(),
                                Duration.ofMillis(100),
                                Duration.ofHours(1),
                                "1m",
                                instead)
                        .orElse(null));
    }

    private static Retry retry(RoutingRule.@Nullable Retry retry, Report at) {
        if (retry == null) {
            return DEFAULT_RETRY;
        }
        Bounds.integer(at.field("budgetPercent"), retry.budgetPercent(), PoolCompiler.RETRY_BUDGET_PERCENT, 0, 100);
        return new Retry(
                retry.attempts() == null ? null : Bounds.integer(at.field("attempts"), retry.attempts(), 1, 0, 5),
                Bounds.duration(
                        at.field("backoff"),
                        retry.backoff(),
                        DEFAULT_RETRY.backoff(),
                        Duration.ofMillis(1),
                        Duration.ofSeconds(10)));
    }

    private static @Nullable Hedge hedge(RoutingRule rule, Report at) {
        var hedge = rule.hedge();
        if (hedge == null) {
            return null;
        }
        if (!rule.matches().isEmpty() && rule.matches().stream().noneMatch(RuleCompiler::canTakeObjectReads)) {
            at.warning(
                    Reason.Invalid,
                    "only GetObject and HeadObject are hedged, and the rule matches neither: add them to operations, or remove hedge");
        }
        if (hedge.after() == null) {
            at.field("after")
                    .error(
                            Reason.Invalid,
                            "the time to wait is missing: write a duration, such as 150ms; until then reads are not hedged");
            return null;
        }
        if (hedge.budgetPercent() != null) {
            at.field("budgetPercent")
                    .warning(
                            Reason.Unsupported,
                            "this version limits hedges only by the retry budget of the pool: remove it, and lower retry.budgetPercent to limit them further");
        }
        return Bounds.optionalDuration(
                        at.field("after"),
                        hedge.after(),
                        Duration.ofMillis(1),
                        Duration.ofMinutes(1),
                        "150ms",
                        "until then reads are not hedged")
                .map(Hedge::new)
                .orElse(null);
    }

    /** Copies of reads only: a copy of a write would be a second write. */
    private RulePlan.@Nullable Mirror mirror(RoutingRule rule, Report at) {
        var mirror = rule.mirror();
        if (mirror == null) {
            return null;
        }
        if (!rule.matches().isEmpty() && rule.matches().stream().noneMatch(RuleCompiler::canTakeObjectReads)) {
            at.warning(
                    Reason.Invalid,
                    "only GetObject and HeadObject are mirrored, but the rule matches neither: add them to operations, or remove mirror");
        }
        var percent = Bounds.integer(at.field("percent"), mirror.percent(), 0, 0, 100);
        var reference = mirror.pool() == null ? null : mirror.pool().name();
        var pool = backends.mirror(reference, at.field("pool").field("name"));
        return percent == 0
                ? null
                : pool.map(name -> new RulePlan.Mirror(name, percent)).orElse(null);
    }

    private static boolean canTakeObjectReads(RequestMatch match) {
        return match.operations().isEmpty()
                || match.operations().stream()
                        .flatMap(name -> OperationGroup.expand(name).stream())
                        .anyMatch(operations -> operations.contains(S3Operation.GetObject)
                                || operations.contains(S3Operation.HeadObject));
    }

    private static void warnAboutUnsupported(RoutingRule rule, Report at) {
        if (rule.failover() != null) {
            unsupported(at, "failover", "requests stay with a pool when its nodes fail");
        }
        if (rule.trafficClass() != null && rule.trafficClass() != RoutingRule.TrafficClass.Standard) {
            unsupported(at, "trafficClass", "all requests have the same priority");
        }
        if (rule.limits() != null) {
            unsupported(at, "limits", "requests of the rule are not limited");
        }
        if (rule.fault() != null) {
            unsupported(at, "fault", "no fault is injected");
        }
    }

    private static void unsupported(Report at, String field, String consequence) {
        at.field(field)
                .warning(
                        Reason.Unsupported,
                        "this version does not support " + field + ": " + consequence
                                + "; the rest of the rule applies");
    }
}
