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
 * The routes for requests of one class to one bucket and key prefix: all matches that may take them, in order of
 * precedence, up to the first that takes every one of them. Envoy's longest-prefix lookup goes on to a shorter entry
 * only when nothing in the longer one matches, and each entry ends with a route for every request: so it holds all it needs.
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

    /** The target of a request for exactly this key, spelled as S3 clients do. */
    String target(BucketMatch.Exact bucket, String key) {
        return (style == AddressStyle.PATH ? "/" + bucket.name() : "") + "/" + KeyPattern.canonical(key) + "/";
    }

    /** What is known of the requests that reach an entry: their bucket, and how their key begins. */
    record Entry(BucketMatch bucket, String keyPrefix) {}

    /**
     * What happens to requests that reached the entry, whatever the spelling of their key: one that clients do not use may
     * have missed the entry of a longer key prefix.
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

    /** The same for requests whose key is known to be spelled as clients do. */
    Selected selectUsual(Entry entry, RequestClass requestClass, List<MatchPlan> candidates) {
        return select(entry, requestClass, concerned(entry, requestClass, candidates), false);
    }

    private List<MatchPlan> concerned(Entry entry, RequestClass requestClass, List<MatchPlan> candidates) {
        return candidates.stream()
                .filter(match -> concerns(match, entry, requestClass))
                .toList();
    }

    /**
     * The same for requests of one spelling. A rule that forwards by a header takes none that repeats it, which a route cannot
     * see.
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
        // A list that a rule wants as it is may hold a value that another rule wants alone.
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
                && operations
                        .alternatives(match.operations(), requestClass, denies(match))
                        .equals(EVERY);
    }

    /**
     * What is denied to uploads whose keys are in their body, where rules name keys: a deny takes them whatever its prefix, and
     * a rule that forwards a prefix does not.
     */
    private List<Route> snowballs(RequestClass requestClass, List<MatchPlan> concerned) {
        var about = concerned.stream()
                .filter(match ->
                        match.operations().isEmpty() || match.operations().contains(S3Operation.PutObject))
                .toList();
        // A source of a copy that some store does not take for one makes a long write where rules name no actions.
        boolean uploads = requestClass == RequestClass.WRITE
                || requestClass == RequestClass.UNKNOWN
                || (requestClass == RequestClass.LONG_WRITE && !byOperation);
        if (!uploads
                || about.stream().allMatch(match -> match.keyPrefix().isEmpty())
                || about.stream().noneMatch(this::denies)) {
            return List.of();
        }
        // A PUT of the bucket may have the header, too: matches of other actions keep their place.
        var deciding = concerned.stream()
                .filter(match -> match.keyPrefix().isEmpty() || (denies(match) && about.contains(match)))
                .toList();
        return routesFor(Snowball.conditions(), requestClass, deciding, match -> List.of());
    }

    /**
     * What happens, where rules forward a part of a bucket and deny another, to requests that only look as if they were about the
     * part: the rules of the whole bucket apply, and what is denied by the key that they name.
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
     * The routes of matches for requests of certain kinds, up to the first match that takes every one of them.
     *
     * @param kinds alternatives, each a list of conditions that must all hold
     * @param key conditions on the key; null where a match cannot take these requests
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
     * Adds the routes of one match: one for each alternative of its operations and headers.
     *
     * @param first conditions of all of them
     * @return whether one of the routes takes every request
     */
    private boolean addRoutes(
            MatchPlan match, RequestClass requestClass, List<HeaderMatcher> first, List<Route> selected) {
        boolean takesEvery = false;
        for (var alternative : operations.alternatives(match.operations(), requestClass, denies(match))) {
            for (var headers : HeaderValues.conditions(match.headers(), denies(match))) {
                var conditions = new ArrayList<>(first);
                conditions.addAll(alternative);
                conditions.addAll(headers);
                selected.add(routes.rule(rule(match), requestClass, routeMatch(conditions, match.sourceCidrs())));
                takesEvery |= conditions.isEmpty() && match.sourceCidrs().isEmpty();
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

    /** Conditions on the key; none when the entry already says it all; null when the match cannot take these requests. */
    private @Nullable List<HeaderMatcher> keyCondition(MatchPlan match, Entry entry, boolean unusualSpelling) {
        var wanted = match.keyPrefix();
        if (wanted.isEmpty() || entry.keyPrefix().startsWith(wanted)) {
            return List.of();
        }
        boolean hasOwnEntry = match.bucket() instanceof BucketMatch.Exact;
        if (hasOwnEntry && !unusualSpelling) {
            return null;
        }
        // Some stores take several slashes for one: what is refused must not be had by one slash more.
        boolean moreSlashes = denies(match);
        if (moreSlashes ? !mayMeet(wanted, entry.keyPrefix()) : !wanted.startsWith(entry.keyPrefix())) {
            return null;
        }
        var bucketPart = style == AddressStyle.PATH ? "/[^/]+" : "";
        var key = moreSlashes
                ? KeyPattern.SLASHES + KeyPattern.everySpellingWithMoreSlashes(wanted)
                : "/" + KeyPattern.everySpelling(wanted);
        // The last slash is the target's own and no part of the key.
        return List.of(OperationConditions.regex(Names.TARGET_HEADER, bucketPart + key + ".*/"));
    }

    /** Whether a key may begin with both, repeated slashes and backslashes aside; the expression then tells. */
    private static boolean mayMeet(String one, String other) {
        var first = DeniedPrefixes.withSingleSlashes(one);
        var second = DeniedPrefixes.withSingleSlashes(other);
        return first.startsWith(second) || second.startsWith(first);
    }

    /** Whether a match may be about requests that reach the entry, their keys aside. */
    private boolean concerns(MatchPlan match, Entry entry, RequestClass requestClass) {
        return match.bucket().covers(entry.bucket()) && touches(match, requestClass);
    }

    /** Whether a match may be about requests of a class. */
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
