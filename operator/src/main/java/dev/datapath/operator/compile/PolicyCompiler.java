package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingRule;
import dev.datapath.operator.compile.AuthenticationCompiler.Denial;
import dev.datapath.operator.compile.Candidate.Position;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.net.Cidr;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Compiles RoutingPolicies to rules, and to matches in the order of precedence. */
final class PolicyCompiler {
    private static final Pattern RULE_NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** Part of a match, after what it denies by authentication. */
    private static final int RULE = 1;

    private final RuleCompiler rules;
    private final Set<String> listeners;
    private final Collection<Finding> findings;

    PolicyCompiler(RuleCompiler rules, Set<String> listeners, Collection<Finding> findings) {
        this.rules = rules;
        this.listeners = listeners;
        this.findings = findings;
    }

    /**
     * The compiled policies.
     *
     * @param candidates all matches, the one with the highest precedence first
     * @param rules by id
     * @param retryBudgets the retry budget of rules that declare one, by rule id
     */
    record Policies(List<Candidate> candidates, Map<String, RulePlan> rules, Map<String, Integer> retryBudgets) {}

    Policies compile(Collection<RoutingPolicy> policies) {
        var compiled = new Policies(new ArrayList<>(), new HashMap<>(), new HashMap<>());
        for (var policy : policies) {
            var at = Report.on(Identity.ref(policy), findings).field("spec");
            var names = new HashSet<String>();
            for (int i = 0; i < policy.getSpec().rules().size(); i++) {
                var rule = policy.getSpec().rules().get(i);
                var here = at.item("rules", i);
                var standIn = standIn(i);
                var problem = nameProblem(rule, names);
                problem.ifPresent(text -> here.field("name")
                        .error(
                                Reason.Invalid,
                                text + "; "
                                        + (rule.deny() == null
                                                ? "until then it is not applied"
                                                : "until then it denies requests under the name " + standIn)));
                var name = problem.isEmpty() ? rule.name() : standIn;
                if ((problem.isEmpty() || rule.deny() != null) && !onlyDenies(rule)) {
                    add(policy, rule, name, i, here, compiled);
                }
                addDenials(policy, rule, name, i, here.field("authentication"), compiled);
            }
        }
        denyInEveryBucket(compiled.candidates);
        compiled.candidates.sort(Candidate.PRECEDENCE);
        return compiled;
    }

    /**
     * A deny whose buckets cannot be parsed applies to every bucket. Matches of a named bucket have precedence over matches of all
     * buckets, so the deny is repeated for each bucket that a rule names.
     */
    void denyInEveryBucket(List<Candidate> candidates) {
        var wide = candidates.stream()
                .filter(candidate ->
                        candidate.dropped().bucket() && candidate.match().bucket() instanceof BucketMatch.Any)
                .distinct()
                .toList();
        if (wide.isEmpty()) {
            return;
        }
        var named = new LinkedHashSet<BucketMatch>();
        candidates.forEach(candidate -> named.add(candidate.match().bucket()));
        named.remove(new BucketMatch.Any());
        if ((long) wide.size() * named.size() > SizeLimit.MAX_MATCHES) {
            var all = wide.getFirst().ofAnyBucket(listeners);
            candidates.removeIf(candidate -> candidate.dropped().bucket());
            candidates.add(all);
            wide = List.of(all);
        }
        wide.forEach(deny -> named.forEach(bucket -> candidates.add(deny.at(bucket))));
    }

    /**
     * Adds the denies of a policy that is otherwise not applied, reduced to the conditions on bucket and listener.
     *
     * @param denies receives one deny for each bucket
     * @param plans receives the rules
     */
    void wideDenies(RoutingPolicy policy, List<Candidate> denies, Map<String, RulePlan> plans) {
        // Findings are discarded: they are already reported, or they do not matter while the policy is not applied.
        var unread = Report.on(Identity.ref(policy), new ArrayList<>());
        var names = new HashSet<String>();
        for (int i = 0; i < policy.getSpec().rules().size(); i++) {
            var rule = policy.getSpec().rules().get(i);
            var name = nameProblem(rule, names).isEmpty() ? rule.name() : standIn(i);
            var denials = AuthenticationCompiler.denials(rule.authentication(), unread);
            if (rule.deny() == null && denials.isEmpty()) {
                continue;
            }
            var matches = rule.matches();
            for (int j = 0; j < Math.max(matches.size(), 1); j++) {
                var wide = matches.isEmpty()
                        ? MatchCompiler.everything(listeners)
                        : MatchCompiler.bucketsAndListeners(matches.get(j), listeners);
                if (rule.deny() != null) {
                    add(policy, name, wide, new Position(i, j, 0, RULE), unread, unread, denies);
                }
                addDenials(policy, name, denials, wide, new Position(i, j, 0, 0), unread, denies);
            }
            if (rule.deny() != null) {
                var id = Identity.key(policy) + "/" + name;
                rules.compile(id, rule, unread).ifPresent(plan -> plans.put(id, plan));
            }
            addPlans(policy, name, denials, plans);
        }
    }

    /** Names of the DataPath's listeners. */
    Set<String> listeners() {
        return listeners;
    }

    private static Optional<String> nameProblem(RoutingRule rule, Set<String> names) {
        if (rule.name() == null || !RULE_NAME.matcher(rule.name()).matches()) {
            return Optional.of("a rule needs a name of a-z, 0-9 and '-', such as epoch-reads");
        }
        return names.add(rule.name())
                ? Optional.empty()
                : Optional.of("another rule of the policy is named " + rule.name() + ": choose another name");
    }

    /** Of a policy that was never admitted a rule keeps what it denies. */
    private static boolean onlyDenies(RoutingRule rule) {
        return rule.authentication() != null && rule.pools().isEmpty() && rule.deny() == null && rule.fault() == null;
    }

    /** A name that no rule can have. */
    private static String standIn(int position) {
        return "rules_" + position;
    }

    private void add(RoutingPolicy policy, RoutingRule rule, String name, int position, Report at, Policies compiled) {
        var id = Identity.key(policy) + "/" + name;
        var plan = rules.compile(id, rule, at);
        if (plan.isPresent()) {
            compiled.rules.put(id, plan.get());
            if (rule.retry() != null
                    && rule.retry().budgetPercent() >= 0
                    && rule.retry().budgetPercent() <= 100) {
                compiled.retryBudgets.put(id, rule.retry().budgetPercent());
            }
        }
        var matches = new ArrayList<DeniesInBody.Match>();
        for (int j = 0; j < Math.max(rule.matches().size(), 1); j++) {
            var here = rule.matches().isEmpty() ? at : at.item("matches", j);
            var conditions = rule.matches().isEmpty()
                    ? Optional.of(MatchCompiler.everything(listeners))
                    : MatchCompiler.compile(rule.matches().get(j), listeners, rule.deny() != null, here);
            if (plan.isPresent() && conditions.isPresent()) {
                add(policy, name, conditions.get(), new Position(position, j, 0, RULE), here, at, compiled.candidates);
                matches.add(new DeniesInBody.Match(conditions.get(), here));
            }
        }
        if (rule.deny() != null || rule.authentication() != null) {
            DeniesInBody.check(matches);
        }
    }

    /** What a rule denies by authentication, also where the rule itself is not applied. */
    private void addDenials(
            RoutingPolicy policy, RoutingRule rule, String name, int position, Report at, Policies compiled) {
        var denials = AuthenticationCompiler.denials(rule.authentication(), at);
        if (denials.isEmpty()) {
            return;
        }
        // What is wrong with the matches is reported for the rule.
        var unread = Report.on(Identity.ref(policy), new ArrayList<>());
        for (int j = 0; j < Math.max(rule.matches().size(), 1); j++) {
            var conditions = rule.matches().isEmpty()
                    ? Optional.of(MatchCompiler.everything(listeners))
                    : MatchCompiler.compile(rule.matches().get(j), listeners, true, unread);
            var place = new Position(position, j, 0, 0);
            conditions.ifPresent(match -> addDenials(policy, name, denials, match, place, unread, compiled.candidates));
        }
        addPlans(policy, name, denials, compiled.rules);
    }

    private static void addDenials(
            RoutingPolicy policy,
            String rule,
            List<Denial> denials,
            MatchCompiler.Conditions conditions,
            Position place,
            Report unread,
            List<Candidate> candidates) {
        denials.forEach(denial -> add(
                policy,
                rule + "/" + denial.name(),
                conditions.and(denial.condition()),
                place,
                unread,
                unread,
                candidates));
    }

    private static void addPlans(RoutingPolicy policy, String rule, List<Denial> denials, Map<String, RulePlan> plans) {
        for (var denial : denials) {
            var id = Identity.key(policy) + "/" + rule + "/" + denial.name();
            plans.put(id, denial.plan(id));
        }
    }

    private static void add(
            RoutingPolicy policy,
            String rule,
            MatchCompiler.Conditions conditions,
            Position place,
            Report at,
            Report atRule,
            List<Candidate> candidates) {
        var sources = conditions.sources().stream().map(Cidr::toString).toList();
        for (int k = 0; k < conditions.buckets().size(); k++) {
            candidates.add(new Candidate(
                    new MatchPlan(
                            Identity.key(policy) + "/" + rule,
                            conditions.buckets().get(k),
                            conditions.keyPrefix(),
                            conditions.operations(),
                            conditions.headers(),
                            sources,
                            conditions.credentials()),
                    conditions.sources(),
                    conditions.listeners(),
                    conditions.namesListeners(),
                    conditions.dropped(),
                    Identity.created(policy),
                    Identity.key(policy),
                    rule,
                    new Position(place.rule(), place.match(), k, place.part()),
                    at,
                    atRule));
        }
    }
}
