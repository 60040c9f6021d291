package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.RequestClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Denies by the host of a path-style request. A host name, or a base domain, that lies below a base domain is path style here.
 * MinIO and SeaweedFS, when they know the longer domain, read the bucket from it; VersityGW cuts at the first place where the
 * domain stands; Ceph and stores without the domain read the path. What is denied in either reading is denied.
 */
final class HostnameReadings {

    /** No bucket has a shorter name, such as {@code s3} (Amazon S3, general purpose bucket naming rules). */
    private static final int SHORTEST_BUCKET = 3;

    private final ListenerPlan listener;
    private final Map<String, RulePlan> rules;
    private final boolean byOperation;

    HostnameReadings(ListenerPlan listener, Map<String, RulePlan> rules, boolean byOperation) {
        this.listener = listener;
        this.rules = rules;
        this.byOperation = byOperation;
    }

    /** The key that follows a bucket in the host; with a class only what matches say of requests of the class. */
    private record KeyInPath(
            OperationConditions operations, @Nullable RequestClass requestClass) implements DeniedAddresses.Address {
        @Override
        public String header() {
            return Names.TARGET_HEADER;
        }

        @Override
        public List<String> leads() {
            return List.of("/");
        }

        @Override
        public String bucket(BucketMatch bucket) {
            return "";
        }

        @Override
        public boolean anyValue() {
            return true;
        }

        @Override
        public Optional<FieldMatcher> guard(BucketMatch bucket, List<MatchPlan> matches, List<MatchPlan> denies) {
            return denies.stream().allMatch(match -> match.keyPrefix().isEmpty())
                    ? Optional.empty()
                    : Optional.of(Guards.ofKeys());
        }

        @Override
        public Optional<Predicate> keyInBody() {
            return Optional.of(Snowball.uploads());
        }

        @Override
        public List<List<Predicate>> conditions(MatchPlan match, boolean denies) {
            return requestClass == null
                    ? List.of(List.of())
                    : operations.alternatives(match.operations(), requestClass, denies).stream()
                            .map(alternative ->
                                    alternative.stream().map(Predicates::of).toList())
                            .toList();
        }
    }

    /** What to ask of path-style requests; without result they go on. Empty when no rule denies what a host may name. */
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

    /** What stores may take for the bucket in a host: all that stands before a base domain, wherever that is. */
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
                .map(match -> new MatchPlan(
                        match.rule(),
                        new BucketMatch.Any(),
                        match.keyPrefix(),
                        match.operations(),
                        match.headers(),
                        match.sourceCidrs()))
                .toList();
        var operations = new OperationConditions(AddressStyle.HOST);
        return byOperation
                ? new RequestClassifier(AddressStyle.HOST, true)
                        .only(requestClass -> denied(matches, new KeyInPath(operations, requestClass)))
                : denied(matches, new KeyInPath(operations, null));
    }

    private Optional<Matcher.OnMatch> denied(List<MatchPlan> matches, DeniedAddresses.Address address) {
        var denied = new DeniedAddresses(address, matches, rules);
        return denied.denies().isEmpty() ? Optional.empty() : Optional.of(denied.after(List.of()));
    }
}
