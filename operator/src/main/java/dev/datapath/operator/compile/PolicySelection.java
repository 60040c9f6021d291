package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.operator.compile.PolicyCompiler.Policies;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Selects the policies of a DataPath that fit the size limit. The denies of a policy that is left out stay in force in a smaller
 * and stricter form: they deny every request for their buckets.
 */
final class PolicySelection {
    /** Maximum number of buckets in such denies. With more, one deny applies to all buckets. */
    private static final int MAX_DENIES = 256;

    private final PolicyCompiler compiler;
    private final SizeLimit limit;
    private final Collection<Finding> findings;
    private final Map<ObjectKey, RoutingPolicy> left = new HashMap<>();

    PolicySelection(PolicyCompiler compiler, SizeLimit limit, Collection<Finding> findings) {
        this.compiler = compiler;
        this.limit = limit;
        this.findings = findings;
    }

    /**
     * The selected policies.
     *
     * @param policies their matches and rules
     * @param bytes estimated size of the gateway configuration
     */
    record Selection(Policies policies, long bytes) {}

    Selection select(List<RoutingPolicy> targeting) {
        var tooMany = SizeLimit.tooManyMatches(targeting);
        for (var policy : targeting) {
            if (tooMany.contains(Identity.key(policy))) {
                leaveOut(
                        policy,
                        "it has " + SizeLimit.matches(policy)
                                + " pairs of match and bucket, and the policies of a DataPath may have "
                                + SizeLimit.MAX_MATCHES + " together");
            }
        }
        var kept = new ArrayList<>(targeting);
        kept.removeIf(policy -> left.containsKey(Identity.key(policy)));
        var policies = compiler.compile(kept);
        while (true) {
            var bytes = limit.bytes(policies, kept);
            var out = limit.tooLarge(bytes, kept);
            if (out.isEmpty()) {
                long sum = bytes.values().stream().mapToLong(Long::longValue).sum();
                return new Selection(withDenies(policies), sum);
            }
            for (var policy : kept) {
                if (out.contains(Identity.key(policy))) {
                    leaveOut(
                            policy,
                            "it takes " + SizeLimit.mebibytes(bytes.getOrDefault(Identity.key(policy), 0L))
                                    + " MiB or more of gateway configuration, and "
                                    + (limit.room() < SizeLimit.MAX_BYTES / 2
                                            ? "the other DataPaths of the namespace and of the operator leave "
                                            : "the rules of a DataPath may take ")
                                    + SizeLimit.mebibytes(limit.room())
                                    + " MiB: each match on a bucket prefix or on any bucket is repeated for every bucket and key prefix"
                                    + " that other matches name");
                }
            }
            kept.removeIf(policy -> out.contains(Identity.key(policy)));
            policies = without(policies, out);
        }
    }

    private void leaveOut(RoutingPolicy policy, String why) {
        left.put(Identity.key(policy), policy);
        boolean denies = policy.getSpec().rules().stream()
                .anyMatch(rule -> rule.deny() != null || rule.authentication() != null);
        Report.on(Identity.ref(policy), findings)
                .field("spec")
                .field("rules")
                .error(
                        Reason.TooLarge,
                        "the policy is not applied, because " + why
                                + (denies
                                        ? ". Its deny rules deny every request for their buckets, and its authentication rules every one with such credentials"
                                        : "")
                                + ". Write fewer matches, match buckets by one prefix, or split the policy between several DataPaths");
    }

    private static Policies without(Policies policies, Set<ObjectKey> out) {
        var rules = new HashMap<>(policies.rules());
        var retryBudgets = new HashMap<>(policies.retryBudgets());
        for (var key : out) {
            rules.keySet().removeIf(id -> id.startsWith(key + "/"));
            retryBudgets.keySet().removeIf(id -> id.startsWith(key + "/"));
        }
        var candidates = policies.candidates().stream()
                .filter(candidate -> !out.contains(candidate.policy()))
                .toList();
        return new Policies(candidates, rules, retryBudgets);
    }

    private Policies withDenies(Policies policies) {
        if (left.isEmpty()) {
            return policies;
        }
        var denies = new ArrayList<Candidate>();
        var rules = new HashMap<>(policies.rules());
        Identity.sorted(left.values()).forEach(policy -> compiler.wideDenies(policy, denies, rules));
        var candidates = new ArrayList<>(policies.candidates());
        var seen = new HashSet<Object>();
        denies.removeIf(
                deny -> !seen.add(List.of(deny.match().bucket(), deny.match().credentials(), deny.listeners())));
        if (denies.size() > MAX_DENIES) {
            candidates.add(denies.getFirst().ofAnyBucket(compiler.listeners()));
        } else {
            candidates.addAll(denies);
        }
        compiler.denyInEveryBucket(candidates);
        candidates.sort(Candidate.PRECEDENCE);
        return new Policies(candidates, rules, policies.retryBudgets());
    }
}
