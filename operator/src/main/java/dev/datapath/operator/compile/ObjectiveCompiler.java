package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.Objective;
import dev.datapath.api.v1alpha1.OperationGroup;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.ServiceLevelObjectiveSpec;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks ServiceLevelObjectives. They are not part of the plan yet. */
final class ObjectiveCompiler {
    private static final Pattern TARGET = Pattern.compile("[0-9]{1,2}(\\.[0-9]{1,4})?");
    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,14}(Ki|Mi|Gi|Ti|k|M|G|T)?");
    private static final Duration SHORTEST_WINDOW = Duration.ofHours(1);
    private static final Duration LONGEST_WINDOW = Duration.ofDays(90);

    /**
     * An alert level: the fraction of the error budget that must be spent within a window (slo.md, "Arithmetic"). Windows scale
     * with the period of the objective, so the burn rate {@code fraction · period / window} is the same for every period.
     */
    private record Tier(String name, double burnRate) {}

    private static final List<Tier> TIERS = List.of(
            new Tier("FastBurn", 14.4), new Tier("FastBurn", 6), new Tier("SlowBurn", 3), new Tier("SlowBurn", 1));

    private final Set<String> rules;
    private final Backends backends;
    private final Collection<Finding> findings;

    /** @param rules names of all rules of the policies that target the DataPath */
    ObjectiveCompiler(Set<String> rules, Backends backends, Collection<Finding> findings) {
        this.rules = rules;
        this.backends = backends;
        this.findings = findings;
    }

    void check(ServiceLevelObjective objective) {
        var at = Report.on(Identity.ref(objective), findings).field("spec");
        var spec = objective.getSpec();
        at.warning(
                Reason.Unsupported,
                "this version only validates objectives: it does not measure them, and reactions have no effect");
        check(spec.selector(), at.field("selector"));
        if (spec.objective() == null) {
            at.field("objective")
                    .error(
                            Reason.Invalid,
                            "an objective is missing: write availability, firstByteLatency or throughput");
        } else {
            check(spec.objective(), at.field("objective"));
        }
        if (DurationText.parse(spec.window())
                .filter(window -> window.compareTo(SHORTEST_WINDOW) >= 0 && window.compareTo(LONGEST_WINDOW) <= 0)
                .isEmpty()) {
            at.field("window")
                    .error(
                            Reason.Invalid,
                            "\"" + spec.window()
                                    + "\" is not a period: write hours or days from 1h to 90d, such as 30d");
        }
        Bounds.integer(
                at.field("alerting").field("minimumBadEvents"), spec.alerting().minimumBadEvents(), 10, 1, 1_000_000);
        for (int i = 0; i < spec.reactions().size(); i++) {
            var reaction = spec.reactions().get(i);
            var here = at.item("reactions", i);
            if (reaction.when() == null || reaction.action() == null) {
                here.error(
                        Reason.Invalid,
                        "a reaction needs when and do: write, for example, when: FastBurn and do: ShedBatch");
            }
            var pause =
                    duration(here.field("coolDown"), reaction.coolDown(), Duration.ofSeconds(1), Duration.ofDays(1));
            var end = duration(
                    here.field("expiresAfter"), reaction.expiresAfter(), Duration.ofMinutes(1), Duration.ofDays(1));
            if (pause.compareTo(end) > 0) {
                here.field("coolDown")
                        .error(Reason.Invalid, "coolDown exceeds expiresAfter: lower coolDown, or raise expiresAfter");
            }
            Bounds.integer(here.field("upToPercent"), reaction.upToPercent(), 100, 1, 100);
        }
    }

    private void check(ServiceLevelObjectiveSpec.Selector selector, Report at) {
        for (int i = 0; i < selector.rules().size(); i++) {
            if (!rules.contains(selector.rules().get(i))) {
                at.item("rules", i)
                        .error(
                                Reason.RuleNotFound,
                                "no RoutingPolicy of the DataPath has a rule "
                                        + selector.rules().get(i)
                                        + ", so no request is counted for it: write another rule, or add it");
            }
        }
        for (int i = 0; i < selector.operations().size(); i++) {
            if (OperationGroup.expand(selector.operations().get(i)).isEmpty()) {
                at.item("operations", i)
                        .error(
                                Reason.Invalid,
                                "\"" + selector.operations().get(i)
                                        + "\" is neither an S3 action, such as GetObject, nor one of the groups Reads, Lists, Writes, Deletes and Multipart");
            }
        }
        for (int i = 0; i < selector.pools().size(); i++) {
            if (!backends.declared().contains(selector.pools().get(i))) {
                at.item("pools", i)
                        .error(
                                Reason.PoolNotFound,
                                "StoragePool " + backends.namespace() + "/"
                                        + selector.pools().get(i)
                                        + " does not exist, so no request is counted for it: create it, or reference another pool");
            }
        }
    }

    private static void check(Objective objective, Report at) {
        var given = (objective.availability() == null ? 0 : 1)
                + (objective.firstByteLatency() == null ? 0 : 1)
                + (objective.throughput() == null ? 0 : 1);
        if (given != 1) {
            at.error(
                    Reason.Invalid,
                    "an objective has exactly one indicator: write one of availability, firstByteLatency and throughput");
        }
        if (objective.availability() != null) {
            target(at.field("availability"), objective.availability().target());
        }
        if (objective.firstByteLatency() != null) {
            var here = at.field("firstByteLatency");
            target(here, objective.firstByteLatency().target());
            required(
                    here.field("threshold"),
                    objective.firstByteLatency().threshold(),
                    Duration.ofMillis(1),
                    Duration.ofMinutes(10));
        }
        if (objective.throughput() != null) {
            var here = at.field("throughput");
            target(here, objective.throughput().target());
            var size = Identity.text(objective.throughput().atLeast());
            if (!SIZE.matcher(size).matches()) {
                here.field("atLeast")
                        .error(Reason.Invalid, "\"" + size + "\" is not a size: write bytes per second, such as 500Mi");
            }
            required(
                    here.field("slice"), objective.throughput().slice(), Duration.ofSeconds(1), Duration.ofMinutes(10));
        }
    }

    private static void target(Report objective, @Nullable String text) {
        var at = objective.field("target");
        var percent = text != null && TARGET.matcher(text).matches() ? Double.parseDouble(text) : 0;
        if (percent <= 0) {
            at.error(
                    Reason.Invalid,
                    "\"" + Identity.text(text)
                            + "\" is not a target: write a percentage above 0 and below 100, such as \"99.9\"");
            return;
        }
        // The burn rate is at most 1/E, when every request fails. A tier with a higher burn rate can never fire.
        var errorBudget = 1 - percent / 100;
        var never = new ArrayList<String>();
        for (var tier : TIERS) {
            if (tier.burnRate() * errorBudget >= 1) {
                never.add(tier.name() + " at burn rate " + tier.burnRate() + " (needs a target above "
                        + Math.round(10_000 * (1 - 1 / tier.burnRate())) / 100.0 + ")");
            }
        }
        if (!never.isEmpty()) {
            at.warning(
                    Reason.Invalid,
                    "with target " + text + " even a total outage cannot reach " + String.join(", ", never)
                            + ": raise the target, or expect no such alert");
        }
    }

    private static void required(Report at, @Nullable String text, Duration least, Duration most) {
        if (text == null) {
            at.error(
                    Reason.Invalid,
                    "write a duration from " + DurationText.format(least) + " to " + DurationText.format(most));
        }
        duration(at, text, least, most);
    }

    private static Duration duration(Report at, @Nullable String text, Duration least, Duration most) {
        return Bounds.optionalDuration(
                        at, text, least, most, DurationText.format(least), "until then nothing is counted")
                .orElse(Duration.ZERO);
    }
}
