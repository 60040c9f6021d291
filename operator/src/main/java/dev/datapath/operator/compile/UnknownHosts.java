package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.List;
import java.util.Map;

/**
 * Detects denies by bucket or key that a client can bypass with a host name. For an unknown host, a listener reads the bucket from
 * the path, while a store with its own domain may read it from the host. Ceph RGW (rgw_rest.cc) and S3Proxy treat an unknown host
 * as the name of a bucket.
 */
final class UnknownHosts {
    private UnknownHosts() {}

    /** Warns at each listener that accepts any host and denies by bucket or key. */
    static void check(List<Listener> declared, List<ListenerPlan> plans, Map<String, RulePlan> rules, Report at) {
        for (int i = 0; i < declared.size(); i++) {
            var name = Identity.text(declared.get(i).name());
            var here = at.item("listeners", i).field("hostnames");
            plans.stream()
                    .filter(plan -> plan.name().equals(name))
                    .filter(plan -> plan.hostnames().isEmpty())
                    .filter(plan -> plan.matches().stream().anyMatch(match -> deniesByName(match, rules)))
                    .forEach(plan -> here.warning(
                            Reason.Incomplete,
                            "rules deny by bucket or key, and "
                                    + (plan.baseDomains().isEmpty()
                                            ? "a store with its own domain reads the bucket from a host name that this"
                                                    + " listener treats as path style: list the names that clients use;"
                                                    + " list the store's domain in baseDomains if they use virtual hosts"
                                            : "Ceph RGW and S3Proxy with their own domain treat any other host as the name"
                                                    + " of a bucket: list the names that clients use for path style, such as "
                                                    + plan.baseDomains().getFirst()
                                                    + "; then other hosts get 400")));
        }
    }

    private static boolean deniesByName(MatchPlan match, Map<String, RulePlan> rules) {
        var rule = rules.get(match.rule());
        return rule != null
                && rule.action() instanceof RulePlan.Deny
                && (!(match.bucket() instanceof BucketMatch.Any)
                        || !match.keyPrefix().isEmpty());
    }
}
