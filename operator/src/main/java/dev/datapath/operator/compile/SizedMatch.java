package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.CredentialCondition;
import dev.datapath.operator.plan.CredentialCondition.AccessKeys;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.OperationShape;
import dev.datapath.operator.s3.RequestClass;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A match with the size of its routes and the size of the configuration that it causes. The constants were measured with gateways
 * of Envoy 1.40. They are generous, because an estimate that is too small limits nothing.
 */
final class SizedMatch {
    static final int FORWARD = 270;

    private static final int DENY = 215;

    private static final int BACKEND = 80;

    private static final int MIRROR = 140;

    private static final int HEADER = 40;

    /** A deny searches the value in a list of values. */
    private static final int DENIED_HEADER = 60;

    /** Maximum number of routes of a deny by two headers that may be in the query: one for each combination of places. */
    private static final int MOVED = 4;

    private static final int REPEATED = 150;

    /** Expressions for signatures, compiled: see {@link #KEY_OCTET}. */
    private static final int CREDENTIAL = 1200;

    private static final int NETWORK = 40;

    /**
     * Bytes of one octet of a key. An expression matches the octet literally and percent-encoded, which takes up to 14 bytes. A
     * gateway keeps the compiled expression in memory, about 115 bytes for each character (Envoy 1.40), while other configuration
     * takes about 25 bytes for each of its own bytes. So an octet counts as several times its size.
     */
    private static final int KEY_OCTET = 30;

    static final int CONDITION = 40;

    /** Number of routes for the operations of a match in a class of requests, and the size of their conditions. */
    record Conditions(int routes, int bytes) {
        static final Conditions NONE = new Conditions(0, 0);
    }

    private final ObjectKey policy;
    private final MatchPlan plan;
    private final Map<RequestClass, Conditions> conditions;
    private final long route;
    private final boolean denies;
    private long bytes;

    private SizedMatch(Candidate candidate, Map<RequestClass, Conditions> conditions, @Nullable RulePlan rule) {
        policy = candidate.policy();
        plan = candidate.match();
        this.conditions = conditions;
        route = route(plan, rule);
        denies = rule != null && rule.action() instanceof RulePlan.Deny;
    }

    ObjectKey policy() {
        return policy;
    }

    MatchPlan plan() {
        return plan;
    }

    boolean denies() {
        return denies;
    }

    /** Size of one route in bytes, without the conditions on operation and key. */
    long route() {
        return route;
    }

    /** Size of the configuration that it causes, in bytes. */
    long bytes() {
        return bytes;
    }

    void add(long some) {
        bytes += some;
    }

    /** Routes and conditions of its operations in a class of requests; none when they are of other classes. */
    Conditions in(RequestClass requestClass) {
        return conditions.getOrDefault(requestClass, Conditions.NONE);
    }

    /** The matches of a listener, in the same order. */
    static List<SizedMatch> of(List<Candidate> ordered, Map<String, RulePlan> rules) {
        var conditions = new HashMap<Set<S3Operation>, Map<RequestClass, Conditions>>();
        return ordered.stream()
                .map(candidate -> new SizedMatch(
                        candidate,
                        conditions.computeIfAbsent(candidate.match().operations(), SizedMatch::conditions),
                        rules.get(candidate.match().rule())))
                .toList();
    }

    /** Size of a route without the conditions on operation and key. */
    private static long route(MatchPlan match, @Nullable RulePlan rule) {
        long bytes = FORWARD + match.sourceCidrs().size() * (long) NETWORK;
        if (rule != null) {
            bytes = rule.id().length()
                    + match.sourceCidrs().size() * (long) NETWORK
                    + switch (rule.action()) {
                        case RulePlan.Deny deny -> (long) DENY;
                        case RulePlan.Forward(var backends) -> FORWARD + backends.size() * (long) BACKEND;
                    };
        }
        boolean denies = rule != null && rule.action() instanceof RulePlan.Deny;
        for (var header : match.headers()) {
            bytes += HEADER
                    + (denies ? DENIED_HEADER * (1 + commas(header.value())) : 0)
                    + header.name().length() * (denies ? 1 + commas(header.value()) : 1L)
                    + header.value().length() * 2L;
        }
        bytes += rule != null && rule.mirror() != null ? MIRROR : 0;
        long inQuery = inQuery(match);
        if (!denies) {
            bytes += inQuery;
        } else if (inQuery > 0) {
            bytes = MOVED * (bytes + inQuery);
        }
        for (var credential : match.credentials()) {
            bytes = withCredential(bytes, credential, denies);
        }
        return bytes;
    }

    /** Keys are looked for in the header, in the query under two names, and in forms; a rule that forwards has both twice. */
    private static long withCredential(long route, CredentialCondition credential, boolean denies) {
        if (!(credential instanceof AccessKeys(var ids))) {
            return 2 * (route + CREDENTIAL);
        }
        long keys =
                ids.stream().mapToLong(id -> octets(id) * (2 * KEY_OCTET + 5)).sum();
        return denies ? 3 * (route + CREDENTIAL) + keys : 4 * (route + CREDENTIAL) + 2 * keys;
    }

    /** Size of the condition on the keys of a match. */
    static long key(MatchPlan match) {
        return octets(match.keyPrefix()) * KEY_OCTET;
    }

    private static long octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static long commas(String value) {
        return value.chars().filter(c -> c == ',').count();
    }

    /** Size of the condition that detects repeated headers of a forward rule. */
    static long amongOthers(MatchPlan match) {
        return match.headers().stream()
                .mapToLong(header ->
                        REPEATED + header.name().length() * 2L + header.value().length() * 4L)
                .sum();
    }

    /** Size of the condition that detects the headers of a rule in the query. */
    static long inQuery(MatchPlan match) {
        return match.headers().stream()
                .filter(MatchPlan.HeaderValue::maybeInQuery)
                .mapToLong(header -> (CONDITION + octets(header.name()) * KEY_OCTET) * (1 + commas(header.value()))
                        + octets(header.value()) * KEY_OCTET)
                .sum();
    }

    /**
     * One route if all requests of a class match. Otherwise one route for each action, except that actions which differ in one
     * parameter share a route.
     */
    private static Map<RequestClass, Conditions> conditions(Set<S3Operation> operations) {
        var found = new EnumMap<RequestClass, Conditions>(RequestClass.class);
        for (var requestClass : RequestClass.values()) {
            var all = EnumSet.noneOf(S3Operation.class);
            Arrays.stream(S3Operation.values())
                    .filter(operation -> RequestClass.of(operation) == requestClass)
                    .forEach(all::add);
            var wanted = EnumSet.copyOf(all);
            wanted.retainAll(operations);
            if (operations.isEmpty() || wanted.equals(all)) {
                found.put(requestClass, new Conditions(1, 0));
            } else if (!wanted.isEmpty()) {
                found.put(requestClass, conditions(wanted, requestClass));
            }
        }
        return found;
    }

    private static Conditions conditions(EnumSet<S3Operation> wanted, RequestClass requestClass) {
        if (requestClass == RequestClass.OBJECT_READ) {
            return new Conditions(1, CONDITION);
        }
        var shared = new HashSet<String>();
        int routes = 0;
        int length = 0;
        for (var operation : wanted) {
            var shape = OperationShape.of(operation);
            var excluded = shape.excludedQuery();
            length += shape.query().size() * CONDITION
                    + String.join("|", excluded).length();
            if (shape.query().size() != 1
                    || !excluded.isEmpty()
                    || shape.copySource() != OperationShape.Copy.EITHER
                    || shared.add(shape.method() + shape.scope())) {
                routes++;
                length += 4 * CONDITION;
            }
        }
        return new Conditions(routes, length);
    }
}
