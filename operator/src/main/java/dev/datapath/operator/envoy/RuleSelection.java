package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.OperationShape;
import dev.datapath.operator.s3.RequestClass;
import dev.datapath.operator.s3.Scope;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteList;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.AddressMatcher;
import io.envoyproxy.envoy.type.matcher.v3.FilterStateMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Selects the routes for requests of one class to one bucket and key prefix: all matches that may apply, in order of precedence, up
 * to the first that matches every request. Envoy's longest-prefix look-up only continues with a shorter entry when the longer one
 * does not match. Each entry ends with a route for every request, so it must be complete.
 */
final class RuleSelection {

    /** One alternative without a condition. */
    private static final List<List<HeaderMatcher>> EVERY = List.of(List.of());

    private final ListenerPlan listener;
    private final Map<String, RulePlan> rules;
    private final RouteRenderer routes;
    private final AddressStyle style;
    private final OperationConditions operations;
    private final boolean byOperation;

    RuleSelection(ListenerPlan listener, Map<String, RulePlan> rules, RouteRenderer routes, AddressStyle style) {
        this.listener = listener;
        this.rules = rules;
        this.routes = routes;
        this.style = style;
        this.operations = new OperationConditions(style);
        this.byOperation = listener.matches().stream()
                .anyMatch(match -> !match.operations().isEmpty());
    }

    /** The target of a request for exactly this key, in the spelling of S3 clients. */
    String target(BucketMatch.Exact bucket, String key) {
        return (style == AddressStyle.PATH ? "/" + bucket.name() : "") + "/" + KeyPattern.canonical(key) + "/";
    }

    /** The bucket and key prefix of the requests that reach an entry. */
    record Entry(BucketMatch bucket, String keyPrefix) {}

    /**
     * The selection for requests that reach the entry, for every spelling of their key. A request with an unusual spelling may not
     * have reached the entry of a longer key prefix.
     */
    Selected select(Entry entry, RequestClass requestClass, List<MatchPlan> candidates) {
        var concerned = concerned(entry, requestClass, candidates);
        var exceptions = Matcher.MatcherList.newBuilder();
        boolean denies = concerned.stream().anyMatch(this::denies);
        if (denies && concerned.stream().anyMatch(match -> !denies(match) && namesObjects(match))) {
            exceptions.addMatchers(Guards.ofNoKeys(style));
        }
        if (concerned.stream().anyMatch(match -> !match.keyPrefix().isEmpty())
                && (listener.defaultBackend() == null || denies)) {
            exceptions.addMatchers(Guards.ofKeys());
        }
        var clusters = new TreeSet<String>();
        if (concerned.stream()
                .anyMatch(match ->
                        keyCondition(match, entry, false) == null && keyCondition(match, entry, true) != null)) {
            var unusual = select(entry, requestClass, concerned, true);
            clusters.addAll(unusual.clusters());
            exceptions.addMatchers(
                    Predicates.when(Predicates.matches(Names.TARGET_HEADER, KeyPattern.UNUSUAL), unusual.then()));
        }
        var usual = select(entry, requestClass, concerned, false);
        if (exceptions.getMatchersCount() == 0) {
            return usual;
        }
        clusters.addAll(usual.clusters());
        return new Selected.Routes(
                Predicates.nested(
                        Matcher.newBuilder().setMatcherList(exceptions).setOnNoMatch(usual.then())),
                clusters);
    }

    /** The selection for requests whose key has the spelling of S3 clients. */
    Selected selectUsual(Entry entry, RequestClass requestClass, List<MatchPlan> candidates) {
        return select(entry, requestClass, concerned(entry, requestClass, candidates), false);
    }

    private List<MatchPlan> concerned(Entry entry, RequestClass requestClass, List<MatchPlan> candidates) {
        return candidates.stream()
                .filter(match -> concerns(match, entry, requestClass))
                .toList();
    }

    /**
     * The selection for requests of one spelling. A forward rule by a header does not match requests that repeat the header, which
     * a route cannot detect.
     */
    private Selected select(
            Entry entry, RequestClass requestClass, List<MatchPlan> concerned, boolean unusualSpelling) {
        var byHeader = concerned.stream()
                .filter(match -> !denies(match)
                        && !match.headers().isEmpty()
                        && keyCondition(match, entry, unusualSpelling) != null)
                .toList();
        var usual = routes(entry, requestClass, concerned, unusualSpelling);
        if (byHeader.isEmpty()) {
            return usual;
        }
        var clusters = new TreeSet<>(usual.clusters());
        var repeated = Matcher.MatcherList.newBuilder();
        // A list that one rule matches as a whole may contain a value that another rule matches alone.
        for (boolean lists : new boolean[] {true, false}) {
            var headers = byHeader.stream()
                    .flatMap(match -> match.headers().stream())
                    .filter(header -> header.value().contains(",") == lists)
                    .toList();
            if (!headers.isEmpty()) {
                var rest = concerned.stream()
                        .filter(match -> !byHeader.contains(match)
                                || (!lists && headers.stream().noneMatch(match.headers()::contains)))
                        .toList();
                var others = routes(entry, requestClass, rest, unusualSpelling);
                clusters.addAll(others.clusters());
                repeated.addMatchers(Predicates.when(HeaderValues.amongOthers(headers), others.then()));
            }
        }
        return new Selected.Routes(
                Predicates.nested(Matcher.newBuilder().setMatcherList(repeated).setOnNoMatch(usual.then())),
                Set.copyOf(clusters));
    }

    private Selected routes(
            Entry entry, RequestClass requestClass, List<MatchPlan> concerned, boolean unusualSpelling) {
        var selected = new ArrayList<>(snowballs(requestClass, concerned));
        selected.addAll(keysElsewhere(entry, requestClass, concerned, unusualSpelling));
        for (var match : concerned) {
            var keyCondition = keyCondition(match, entry, unusualSpelling);
            if (keyCondition == null) {
                continue;
            }
            if (selected.isEmpty() && takesEvery(match, requestClass, keyCondition)) {
                var plain = routes.plain(rule(match), requestClass);
                if (plain.isPresent()) {
                    return plain.get();
                }
            }
            if (addRoutes(match, requestClass, keyCondition, selected)) {
                return action(selected);
            }
        }
        var fallback = routes.fallback(listener.defaultBackend(), requestClass, routeMatch(List.of(), List.of()));
        if (selected.isEmpty()) {
            return listener.defaultBackend() == null
                    ? new Selected.Nothing(Predicates.action("route", fallback))
                    : routes.plain(listener.defaultBackend(), requestClass)
                            .<Selected>map(plain -> plain)
                            .orElseGet(() -> action(List.of(fallback)));
        }
        selected.add(fallback);
        return action(selected);
    }

    private boolean takesEvery(MatchPlan match, RequestClass requestClass, List<HeaderMatcher> keyCondition) {
        return keyCondition.isEmpty()
                && match.headers().isEmpty()
                && match.sourceCidrs().isEmpty()
                && match.credentials().isEmpty()
                && operations
                        .alternatives(match.operations(), requestClass, denies(match))
                        .equals(EVERY);
    }

    /**
     * Denies for uploads with keys in their body, if rules match keys: a deny matches them for any prefix, and a rule that forwards
     * a prefix does not match them.
     */
    private List<Route> snowballs(RequestClass requestClass, List<MatchPlan> concerned) {
        var about = concerned.stream()
                .filter(match -> match.concerns(S3Operation.PutObject))
                .toList();
        // A copy source that some store ignores still makes a long write if rules list no actions.
        boolean uploads = requestClass == RequestClass.WRITE
                || requestClass == RequestClass.UNKNOWN
                || (requestClass == RequestClass.LONG_WRITE && !byOperation);
        if (!uploads
                || about.stream().allMatch(match -> match.keyPrefix().isEmpty())
                || about.stream().noneMatch(this::denies)) {
            return List.of();
        }
        // A PUT of the bucket may have the header, too, so matches of other actions keep their position.
        var deciding = concerned.stream()
                .filter(match -> match.keyPrefix().isEmpty() || (denies(match) && about.contains(match)))
                .toList();
        return routesFor(Snowball.conditions(), requestClass, deciding, match -> List.of());
    }

    /**
     * The selection for requests that only appear to concern a part of a bucket, if rules forward one part and deny another: the
     * rules of the whole bucket apply, and the denies for the key in the path.
     */
    private List<Route> keysElsewhere(
            Entry entry, RequestClass requestClass, List<MatchPlan> concerned, boolean unusualSpelling) {
        var deciding = concerned.stream()
                .filter(match -> denies(match) || match.keyPrefix().isEmpty())
                .toList();
        if (deciding.stream()
                        .noneMatch(match -> denies(match) && match.keyPrefix().isEmpty())
                || concerned.stream()
                        .allMatch(match -> denies(match) || match.keyPrefix().isEmpty())) {
            return List.of();
        }
        return routesFor(
                KeysElsewhere.conditions(style, requestClass, byOperation),
                requestClass,
                deciding,
                match -> keyCondition(match, entry, unusualSpelling));
    }

    /**
     * The routes of matches for requests of certain kinds, up to the first match that matches every request.
     *
     * @param kinds alternatives, each a list of conditions that must all hold
     * @param key conditions on the key; null if a match cannot match these requests
     */
    private List<Route> routesFor(
            List<List<HeaderMatcher>> kinds,
            RequestClass requestClass,
            List<MatchPlan> matches,
            Function<MatchPlan, @Nullable List<HeaderMatcher>> key) {
        var selected = new ArrayList<Route>();
        for (var match : matches) {
            var ofKey = key.apply(match);
            if (ofKey == null) {
                continue;
            }
            for (var kind : kinds) {
                var conditions = new ArrayList<>(kind);
                conditions.addAll(ofKey);
                addRoutes(match, requestClass, conditions, selected);
            }
            if (match.unconditional()) {
                break;
            }
        }
        return selected;
    }

    /**
     * Adds the routes of one match: one for each alternative of its operations, headers and credentials.
     *
     * @param first conditions that all of them share
     * @return whether one of the routes matches every request
     */
    private boolean addRoutes(
            MatchPlan match, RequestClass requestClass, List<HeaderMatcher> first, List<Route> selected) {
        boolean takesEvery = false;
        for (var alternative : operations.alternatives(match.operations(), requestClass, denies(match))) {
            for (var headers : HeaderValues.conditions(match.headers(), denies(match))) {
                for (var credentials : CredentialConditions.alternatives(match.credentials(), denies(match))) {
                    var conditions = new ArrayList<>(first);
                    conditions.addAll(alternative);
                    conditions.addAll(headers);
                    conditions.addAll(credentials);
                    selected.add(routes.rule(rule(match), requestClass, routeMatch(conditions, match.sourceCidrs())));
                    takesEvery |= conditions.isEmpty() && match.sourceCidrs().isEmpty();
                }
            }
        }
        return takesEvery;
    }

    private static Selected action(List<Route> selected) {
        return Selected.Routes.of(
                selected,
                selected.size() == 1
                        ? Predicates.action("route", selected.getFirst())
                        : Predicates.action(
                                "routes",
                                RouteList.newBuilder().addAllRoutes(selected).build()));
    }

    /** Conditions on the key; none when the entry already implies them; null when the match cannot match these requests. */
    private @Nullable List<HeaderMatcher> keyCondition(MatchPlan match, Entry entry, boolean unusualSpelling) {
        var wanted = match.keyPrefix();
        if (wanted.isEmpty() || entry.keyPrefix().startsWith(wanted)) {
            return List.of();
        }
        boolean hasOwnEntry = match.bucket() instanceof BucketMatch.Exact;
        if (hasOwnEntry && !unusualSpelling) {
            return null;
        }
        // Some stores merge repeated slashes, so an additional slash must not bypass a deny.
        boolean moreSlashes = denies(match);
        if (moreSlashes ? !mayMeet(wanted, entry.keyPrefix()) : !wanted.startsWith(entry.keyPrefix())) {
            return null;
        }
        var bucketPart = style == AddressStyle.PATH ? "/[^/]+" : "";
        var key = moreSlashes
                ? KeyPattern.SLASHES + KeyPattern.everySpellingWithMoreSlashes(wanted)
                : "/" + KeyPattern.everySpelling(wanted);
        // The last slash was appended to the target and is not part of the key.
        return List.of(OperationConditions.regex(Names.TARGET_HEADER, bucketPart + key + ".*/"));
    }

    /** Whether a key may start with both prefixes, ignoring repeated slashes and backslashes. If so, the expression decides. */
    private static boolean mayMeet(String one, String other) {
        var first = DeniedPrefixes.withSingleSlashes(one);
        var second = DeniedPrefixes.withSingleSlashes(other);
        return first.startsWith(second) || second.startsWith(first);
    }

    /** Whether a match may concern requests that reach the entry, ignoring keys. */
    private boolean concerns(MatchPlan match, Entry entry, RequestClass requestClass) {
        return match.bucket().covers(entry.bucket()) && touches(match, requestClass);
    }

    /** Whether a match may concern requests of a class. */
    boolean touches(MatchPlan match, RequestClass requestClass) {
        return operations.touches(match.operations(), requestClass, denies(match));
    }

    private static boolean namesObjects(MatchPlan match) {
        return match.operations().stream()
                .anyMatch(operation -> OperationShape.of(operation).scope() == Scope.OBJECT);
    }

    private boolean denies(MatchPlan match) {
        return rule(match).action() instanceof RulePlan.Deny;
    }

    private RulePlan rule(MatchPlan match) {
        var rule = rules.get(match.rule());
        if (rule == null) {
            throw new IllegalArgumentException("the plan has no rule " + match.rule());
        }
        return rule;
    }

    private static RouteMatch routeMatch(List<HeaderMatcher> conditions, List<String> sourceCidrs) {
        var match = RouteMatch.newBuilder().setPrefix("/").addAllHeaders(conditions);
        if (!sourceCidrs.isEmpty()) {
            var addresses = AddressMatcher.newBuilder();
            sourceCidrs.forEach(cidr -> addresses.addRanges(Networks.xdsRange(cidr)));
            match.addFilterState(FilterStateMatcher.newBuilder()
                    .setKey(Names.SOURCE_ADDRESS_STATE)
                    .setAddressMatch(addresses));
        }
        return match.build();
    }
}
