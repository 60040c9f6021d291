package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingRule;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** RoutingPolicies: their rules, and every match of them in the order of precedence. */
final class PolicyCompiler {
    private static final Pattern RULE_NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private final RuleCompiler rules;
    private final Set<String> listeners;
    private final Collection<Finding> findings;

    PolicyCompiler(RuleCompiler rules, Set<String> listeners, Collection<Finding> findings) {
        this.rules = rules;
        this.listeners = listeners;
        this.findings = findings;
    }

    /**
     * The policies' rules.
     *
     * @param candidates every match, the one that wins first
     * @param rules by id
     * @param retryBudgets by rule id, what the rule asks for
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
                if (rule.name() == null || !RULE_NAME.matcher(rule.name()).matches()) {
                    here.field("name")
                            .error(
                                    Reason.Invalid,
                                    "a rule needs a name of a-z, 0-9 and '-', such as epoch-reads; it is not applied");
                } else if (!names.add(rule.name())) {
                    here.field("name")
                            .error(
                                    Reason.Invalid,
                                    "another rule of the policy is named " + rule.name()
                                            + ": choose another name; it is not applied");
                } else {
                    add(policy, rule, i, here, compiled);
                }
            }
        }
        compiled.candidates.sort(Candidate.PRECEDENCE);
        return compiled;
    }

    private void add(RoutingPolicy policy, RoutingRule rule, int position, Report at, Policies compiled) {
        var id = Identity.key(policy) + "/" + rule.name();
        var plan = rules.compile(id, rule, at);
        if (plan.isPresent()) {
            compiled.rules.put(id, plan.get());
            if (rule.retry() != null
                    && rule.retry().budgetPercent() >= 0
                    && rule.retry().budgetPercent() <= 100) {
                compiled.retryBudgets.put(id, rule.retry().budgetPercent());
            }
        }
        var matches = new ArrayList<PrefixRefusals.Match>();
        for (int j = 0; j < Math.max(rule.matches().size(), 1); j++) {
            var here = rule.matches().isEmpty() ? at : at.item("matches", j);
            var conditions = rule.matches().isEmpty()
                    ? java.util.Optional.of(MatchCompiler.everything(listeners))
                    : MatchCompiler.compile(rule.matches().get(j), listeners, here);
            if (plan.isPresent() && conditions.isPresent()) {
                add(policy, rule, id, conditions.get(), position, j, here, at, compiled);
                matches.add(new PrefixRefusals.Match(conditions.get(), here));
            }
        }
        if (rule.deny() != null) {
            PrefixRefusals.check(matches);
        }
    }

    private static void add(
            RoutingPolicy policy,
            RoutingRule rule,
            String id,
            MatchCompiler.Conditions conditions,
            int rulePosition,
            int matchPosition,
            Report at,
            Report atRule,
            Policies compiled) {
        var sources = conditions.sources().stream().map(Cidr::toString).toList();
        for (int k = 0; k < conditions.buckets().size(); k++) {
            compiled.candidates.add(new Candidate(
                    new MatchPlan(
                            id,
                            conditions.buckets().get(k),
                            conditions.keyPrefix(),
                            conditions.operations(),
                            conditions.headers(),
                            sources),
                    conditions.sources(),
                    conditions.listeners(),
                    conditions.namesListeners(),
                    Identity.created(policy),
                    Identity.key(policy),
                    rule.name(),
                    new Candidate.Position(rulePosition, matchPosition, k),
                    at,
                    atRule));
        }
    }
}
