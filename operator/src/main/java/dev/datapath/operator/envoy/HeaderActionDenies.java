package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.and;
import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.ActionByHeader;
import dev.datapath.operator.s3.RequestClass;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Denies of what a header of a write does besides ({@link ActionByHeader}). Whatever rule takes that action, for the same bucket and key,
 * decides; when it forwards, the request goes on to its own rule. A rule that forwards one of the headers by name allows its action, too: a
 * rule for PutObject with {@code x-amz-acl: private} would otherwise match nothing beside a deny of all other writes.
 */
final class HeaderActionDenies {
    private final AddressStyle style;
    private final String baseDomain;
    private final List<MatchPlan> matches;
    private final OperationConditions operations;
    private final List<Denied> denied;

    /** An action that rules deny apart from what carries it. */
    private record Denied(ActionByHeader action, DeniedAddresses addresses) {}

    /**
     * Those of one address style.
     *
     * @param baseDomain of virtual hosts; empty when the bucket of all matches is the one that was asked for
     * @param matches of the listener, in order of precedence
     */
    HeaderActionDenies(AddressStyle style, String baseDomain, List<MatchPlan> matches, Map<String, RulePlan> rules) {
        this.style = style;
        this.baseDomain = baseDomain;
        this.matches = matches;
        this.operations = new OperationConditions(style);
        this.denied = ActionByHeader.all().stream()
                .filter(action -> matches.stream().anyMatch(match -> action.isSeparatedBy(match::concerns)))
                .map(action -> new Denied(action, new DeniedAddresses(new Target(action), matches, rules)))
                .filter(each -> !each.addresses().denies().isEmpty())
                .toList();
    }

    /** What to ask of requests; without result they go on. */
    List<FieldMatcher> render() {
        return denied.stream().map(this::render).toList();
    }

    /** The headers that decide. */
    List<String> headers() {
        return denied.stream()
                .flatMap(each -> each.action().headers().stream())
                .map(ActionByHeader.Header::name)
                .distinct()
                .toList();
    }

    private FieldMatcher render(Denied each) {
        var action = each.action();
        var headers = action.headers().stream()
                .map(header -> matches(header.name(), value(header)))
                .toList();
        return when(
                and(
                        Predicates.any(Stream.concat(headers.stream(), Stream.of(inQuery(action)))
                                .toList()),
                        carries(action)),
                each.addresses().after(List.of()));
    }

    private static Predicate inQuery(ActionByHeader action) {
        return Predicates.namedInQuery(
                action.headers().stream().map(ActionByHeader.Header::name).toList());
    }

    private static String value(ActionByHeader.Header header) {
        return header.value().isEmpty()
                ? HeaderValues.ANYTHING
                : "(?i)" + HeaderValues.ANYTHING + header.value() + HeaderValues.ANYTHING;
    }

    private Predicate carries(ActionByHeader action) {
        return Predicates.any(writes(action.carriers(), true)
                .map(conditions ->
                        Predicates.all(conditions.stream().map(Predicates::of).toList()))
                .toList());
    }

    /** The conditions under which a write is one of these actions, as alternatives. */
    private Stream<List<HeaderMatcher>> writes(Set<S3Operation> actions, boolean withVariants) {
        return Stream.of(RequestClass.WRITE, RequestClass.LONG_WRITE)
                .flatMap(requestClass -> operations.alternatives(actions, requestClass, withVariants).stream())
                .distinct();
    }

    /** The bucket and key of the request itself, for one action. */
    private final class Target implements DeniedAddresses.Address {
        private final ActionByHeader action;

        Target(ActionByHeader action) {
            this.action = action;
        }

        @Override
        public String header() {
            return byHost() ? Names.HOST_HEADER : Names.TARGET_HEADER;
        }

        @Override
        public List<String> leads() {
            return List.of(byHost() ? "" : "/");
        }

        @Override
        public Predicate named(BucketMatch bucket, String keyPrefix, boolean denies) {
            // The last slash of the target is its own and no part of the key.
            var key = keyPrefix.isEmpty() ? "/.*" : DeniedAddresses.key(keyPrefix, denies) + "/";
            if (style == AddressStyle.PATH) {
                return matches(Names.TARGET_HEADER, "/" + DeniedAddresses.pattern(bucket) + key);
            }
            var parts = new ArrayList<Predicate>();
            if (!(bucket instanceof BucketMatch.Any)) {
                parts.add(matches(Names.HOST_HEADER, DeniedAddresses.pattern(bucket) + Guards.hostEnd(baseDomain)));
            }
            if (!keyPrefix.isEmpty() || parts.isEmpty()) {
                parts.add(matches(Names.TARGET_HEADER, key));
            }
            return Predicates.all(parts);
        }

        @Override
        public boolean anyValue() {
            return true;
        }

        /** Dot segments, which some stores resolve: an allowed prefix must not lead to a denied one. */
        @Override
        public Optional<FieldMatcher> guard(BucketMatch bucket, List<MatchPlan> ofBucket, List<MatchPlan> denies) {
            boolean byKey = matches.stream()
                    .anyMatch(match -> match.concerns(action.action())
                            && !match.keyPrefix().isEmpty()
                            && match.bucket().covers(bucket));
            boolean denied = denies.stream()
                    .map(MatchPlan::bucket)
                    .anyMatch(other -> other.covers(bucket) || bucket.covers(other));
            return byKey && denied
                    ? Optional.of(Guards.reject(
                            "guard/path",
                            and(named(bucket, "", true), matches(Names.TARGET_HEADER, Segments.DOTS)),
                            Segments.MESSAGE))
                    : Optional.empty();
        }

        @Override
        public Optional<Predicate> keyInBody() {
            return Optional.of(Snowball.uploads());
        }

        @Override
        public List<List<Predicate>> conditions(MatchPlan match, boolean denies) {
            if (match.concerns(action.action())) {
                return List.of(List.of());
            }
            return denies ? List.of() : allowed(match);
        }

        /** The requests of a rule that forwards some of the headers by name, without another header of the action. */
        private List<List<Predicate>> allowed(MatchPlan match) {
            var named =
                    match.headers().stream().map(MatchPlan.HeaderValue::name).toList();
            var carriers = match.operations().stream()
                    .filter(action.carriers()::contains)
                    .collect(Collectors.toUnmodifiableSet());
            if (carriers.isEmpty() || action.headers().stream().noneMatch(header -> named.contains(header.name()))) {
                return List.of();
            }
            var others = Stream.concat(
                            Stream.of(inQuery(action)),
                            action.headers().stream()
                                    .filter(header -> !named.contains(header.name()))
                                    .map(header -> matches(header.name(), value(header))))
                    .map(Predicates::not)
                    .toList();
            return writes(carriers, false)
                    .filter(conditions -> !conditions.isEmpty())
                    .map(conditions -> Stream.concat(conditions.stream().map(Predicates::of), others.stream())
                            .toList())
                    .toList();
        }

        private boolean byHost() {
            return style == AddressStyle.HOST && !baseDomain.isEmpty();
        }
    }
}
