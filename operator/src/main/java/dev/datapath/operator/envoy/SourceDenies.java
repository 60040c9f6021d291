package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Denies of requests for what they read from another object: CopyObject and UploadPartCopy name their source in a header,
 * and so does RenameObject. Whatever rule takes the source, read as an object of its own, decides; when that rule forwards,
 * the request goes on to the rules for its target.
 */
final class SourceDenies implements DeniedAddresses.Address {

    private static final String SLASH = DeniedAddresses.SLASH;
    private static final RouteMatch EVERYTHING =
            RouteMatch.newBuilder().setPrefix("/").build();

    private final String header;
    private final Set<S3Operation> actions;
    private final DeniedAddresses addresses;

    /**
     * Those of one header.
     *
     * @param header what names the source
     * @param actions what a request does to the source
     * @param matches of the listener, in order of precedence
     */
    SourceDenies(String header, Set<S3Operation> actions, List<MatchPlan> matches, Map<String, RulePlan> rules) {
        this.header = header;
        this.actions = actions;
        this.addresses = new DeniedAddresses(this, matches, rules);
    }

    /** What to ask of a request that has the header; without result the request goes on. */
    @Nullable
    FieldMatcher render() {
        if (addresses.denies().isEmpty()) {
            return null;
        }
        var guards = new ArrayList<FieldMatcher>();
        guards.add(spelling());
        new SecondSource(header, addresses.denies())
                .predicates()
                .forEach(predicate -> guards.add(refuse(predicate, "A request must name one source.")));
        return when(matches(header, HeaderValues.SOMETHING), addresses.after(guards));
    }

    @Override
    public String header() {
        return header;
    }

    @Override
    public List<String> leads() {
        return List.of("", "/", "%2F", "%2f");
    }

    @Override
    public boolean anyValue() {
        return false;
    }

    @Override
    public Optional<Predicate> keyInBody() {
        return Optional.empty();
    }

    @Override
    public List<List<Predicate>> conditions(MatchPlan match, boolean denies) {
        return match.operations().isEmpty() || match.operations().stream().anyMatch(actions::contains)
                ? List.of(List.of())
                : List.of();
    }

    /**
     * Dot segments, which S3Proxy, VersityGW and SeaweedFS resolve, where rules tell keys apart and one that denies may be about the
     * bucket: an allowed prefix must not lead to a denied one.
     */
    @Override
    public Optional<FieldMatcher> guard(BucketMatch bucket, List<MatchPlan> matches, List<MatchPlan> denies) {
        boolean byKey = matches.stream().anyMatch(match -> !match.keyPrefix().isEmpty());
        boolean denied =
                denies.stream().map(MatchPlan::bucket).anyMatch(other -> other.covers(bucket) || bucket.covers(other));
        var dots = SLASH + "?" + DeniedAddresses.pattern(bucket) + SLASH + Segments.DOTS;
        return byKey && denied ? Optional.of(refuse(matches(header, dots), Segments.MESSAGE)) : Optional.empty();
    }

    /**
     * Refuses a source whose bucket stores would read differently: MinIO takes {@code //host/bucket/key} and URLs, Ceph a
     * tenant before a colon, SeaweedFS resolves dots.
     */
    private FieldMatcher spelling() {
        var literal = SLASH + "?[A-Za-z0-9][A-Za-z0-9._-]*(?:" + SLASH + ".*)?";
        return refuse(
                Predicates.or(Predicates.not(matches(header, literal)), matches(header, Segments.escapeOfSource())),
                "The source must be bucket/key, with the bucket spelled literally and without dot segments.");
    }

    private static FieldMatcher refuse(Predicate predicate, String message) {
        return when(
                predicate,
                Predicates.action(
                        "route", RouteRenderer.refuse("guard/source", 400, "InvalidArgument", message, EVERYTHING)));
    }
}
