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
 * Denies by bucket or key that a host name can lead around: a listener reads the bucket from the path for a host that it does not
 * know, and a store that has a domain of its own may read it from the host. Ceph RGW (rgw_rest.cc) and S3Proxy take a host that
 * they do not know for the name of a bucket.
 */
final class UnknownHosts {
    private UnknownHosts() {}

    /** Warns at each listener that takes any host and denies by bucket or key. */
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
                                            ? "a store with a domain of its own reads the bucket from a host name that this"
                                                    + " listener takes for path style: list the names that clients use;"
                                                    + " give the store's domain as baseDomains where they use virtual hosts"
                                            : "Ceph RGW and S3Proxy with a domain of their own take any other host for the name"
                                                    + " of a bucket: list the names that clients use for path style, such as "
                                                    + plan.baseDomains().getFirst()
                                                    + ", so that other hosts get 400")));
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
