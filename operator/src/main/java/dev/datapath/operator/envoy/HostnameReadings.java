package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Denies by the host of a path-style request. A host name or base domain that is a subdomain of a base domain is path style for the
 * gateway. MinIO and SeaweedFS, if configured with the longer domain, read the bucket from it. VersityGW cuts at the first
 * occurrence of the domain. Ceph and stores without the domain read the path. A request that is denied in one of these
 * interpretations is denied.
 */
final class HostnameReadings {

    /** Minimum length of a bucket name, so {@code s3} is none (Amazon S3, general purpose bucket naming rules). */
    private static final int SHORTEST_BUCKET = 3;

    private final ListenerPlan listener;
    private final TargetDenies keyInPath;

    HostnameReadings(ListenerPlan listener, Map<String, RulePlan> rules, boolean byOperation) {
        this.listener = listener;
        this.keyInPath = new TargetDenies(AddressStyle.HOST, rules, byOperation);
    }

    /**
     * Matchers that answer denied path-style requests; no match for other requests. Empty when no rule denies a bucket that a host
     * may contain.
     */
    List<FieldMatcher> render() {
        var asked = new ArrayList<FieldMatcher>();
        Stream.concat(listener.hostnames().stream(), listener.baseDomains().stream())
                .distinct()
                .forEach(host -> buckets(host)
                        .forEach(bucket -> denied(bucket)
                                .ifPresent(denied -> asked.add(when(
                                        matches(":authority", "(?i:" + host.replace(".", "\\.") + ")\\.?(?::[0-9]*)?"),
                                        denied)))));
        return asked;
    }

    /** The texts in a host that stores may read as bucket: everything before an occurrence of a base domain. */
    private TreeSet<String> buckets(String host) {
        var buckets = new TreeSet<String>();
        for (var domain : listener.baseDomains()) {
            for (int at = host.indexOf("." + domain, SHORTEST_BUCKET);
                    at > 0;
                    at = host.indexOf("." + domain, at + 1)) {
                buckets.add(host.substring(0, at));
            }
        }
        return buckets;
    }

    private Optional<Matcher.OnMatch> denied(String bucket) {
        var own = new BucketMatch.Exact(bucket);
        var matches = listener.matches().stream()
                .filter(match -> match.bucket().covers(own))
                .map(match -> match.of(new BucketMatch.Any()))
                .toList();
        return keyInPath.of(matches);
    }
}
