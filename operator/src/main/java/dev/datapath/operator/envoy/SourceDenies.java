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
 * Denies by the source object of a request: CopyObject, UploadPartCopy and RenameObject have their source in a header. The rule
 * that matches a read of the source decides. When that rule forwards, the rules for the request's target apply.
 */
final class SourceDenies implements DeniedAddresses.Address {

    private static final String SLASH = DeniedAddresses.SLASH;
    private static final RouteMatch EVERYTHING =
            RouteMatch.newBuilder().setPrefix("/").build();

    private final String header;
    private final Set<S3Operation> actions;
    private final DeniedAddresses addresses;

    /**
     * Creates the denies for one header.
     *
     * @param header the header with the source
     * @param actions the actions of a request on the source
     * @param matches of the listener, in order of precedence
     */
    SourceDenies(String header, Set<S3Operation> actions, List<MatchPlan> matches, Map<String, RulePlan> rules) {
        this.header = header;
        this.actions = actions;
        this.addresses = new DeniedAddresses(this, matches, rules);
    }

    /** A matcher that answers denied requests with the header; no match for other requests. */
    @Nullable
    FieldMatcher render() {
        if (addresses.denies().isEmpty()) {
            return null;
        }
        var guards = new ArrayList<FieldMatcher>();
        guards.add(spelling());
        new SecondSource(header, addresses.denies())
                .predicates()
                .forEach(predicate -> guards.add(reject(predicate, "A request must have a single source.")));
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
     * Rejects dot segments, which S3Proxy, VersityGW and SeaweedFS resolve, if rules match keys and a deny may concern the bucket:
     * an allowed prefix must not lead to a denied one.
     */
    @Override
    public Optional<FieldMatcher> guard(BucketMatch bucket, List<MatchPlan> matches, List<MatchPlan> denies) {
        boolean byKey = matches.stream().anyMatch(match -> !match.keyPrefix().isEmpty());
        boolean denied =
                denies.stream().map(MatchPlan::bucket).anyMatch(other -> other.covers(bucket) || bucket.covers(other));
        var dots = SLASH + "?" + DeniedAddresses.pattern(bucket) + SLASH + Segments.DOTS;
        return byKey && denied ? Optional.of(reject(matches(header, dots), Segments.MESSAGE)) : Optional.empty();
    }

    /**
     * Rejects a source whose bucket stores parse differently: MinIO accepts {@code //host/bucket/key} and URLs, Ceph accepts a
     * tenant before a colon, and SeaweedFS resolves dot segments.
     */
    private FieldMatcher spelling() {
        var literal = SLASH + "?[A-Za-z0-9][A-Za-z0-9._-]*(?:" + SLASH + ".*)?";
        return reject(
                Predicates.or(Predicates.not(matches(header, literal)), matches(header, Segments.escapeOfSource())),
                "The source must be bucket/key, with the bucket spelled literally and without dot segments.");
    }

    private static FieldMatcher reject(Predicate predicate, String message) {
        return when(
                predicate,
                Predicates.action(
                        "route", RouteRenderer.reject("guard/source", 400, "InvalidArgument", message, EVERYTHING)));
    }
}
