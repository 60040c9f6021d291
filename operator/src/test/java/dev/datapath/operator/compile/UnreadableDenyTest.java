package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A deny with an invalid condition still denies all requests that it denied before, independent of other rules. */
class UnreadableDenyTest {
    private static final List<String> BUCKETS = List.of("aaa", "aab", "aa*", "\"*\"");
    private static final List<String> KEYS = List.of("k", "kk", "m");
    private static final List<String> OPERATIONS = List.of("GetObject", "PutObject", "Reads", "Writes");
    private static final List<String> SOURCES = List.of("10.0.0.0/8", "10.1.0.0/16");
    private static final List<String> HEADERS = List.of("{name: x, value: a}", "{name: y, value: a}");

    private record Request(String bucket, String key, S3Operation operation, List<String> headers, boolean inside) {}

    /** A rule as text, each condition by its name. */
    private record Rule(String name, boolean denies, Map<String, List<String>> conditions) {
        String text() {
            var match = conditions.entrySet().stream()
                    .map(entry -> entry.getKey() + ": "
                            + (entry.getKey().equals("keyPrefix")
                                    ? entry.getValue().getFirst()
                                    : "[" + String.join(", ", entry.getValue()) + "]"))
                    .collect(Collectors.joining(", "));
            return "  - {name: " + name + (match.isEmpty() ? "" : ", matches: [{" + match + "}]")
                    + (denies ? ", deny: {}" : ", pools: [{name: store}]") + "}\n";
        }
    }

    @Property(tries = 3000)
    void denyWithAnUnreadableConditionDeniesAllItDeniedBefore(@ForAll Random random) {
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < 5; i++) {
            rules.add(rule(i, random));
        }
        var denies = rules.stream()
                .filter(rule -> rule.denies() && !rule.conditions().isEmpty())
                .toList();
        Assume.that(!denies.isEmpty());
        var before = plan(rules);
        var victim = denies.get(random.nextInt(denies.size()));
        var damaged = new ArrayList<>(rules);
        damaged.set(rules.indexOf(victim), damaged(victim, random));
        var after = plan(damaged);

        for (int i = 0; i < 60; i++) {
            var request = request(random);
            if (isDenied(before, request)) {
                assertThat(isDenied(after, request))
                        .as("%s%nbefore %s%nafter %s", request, texts(rules), texts(damaged))
                        .isTrue();
            }
        }
    }

    @Test
    void denyWithAnInvalidNameStillDenies() {
        for (var name : List.of("Bad Name", "\"\"", "same")) {
            var plan = plan(List.of(
                    new Rule("same", false, Map.of("buckets", List.of("aab"))),
                    new Rule(name, true, Map.of("buckets", List.of("aaa")))));

            assertThat(isDenied(plan, new Request("aaa", "k", S3Operation.GetObject, List.of(), true)))
                    .as(name)
                    .isTrue();
        }
    }

    private static Rule rule(int number, Random random) {
        var conditions = new LinkedHashMap<String, List<String>>();
        put(conditions, "buckets", BUCKETS, random);
        if (random.nextInt(3) == 0) {
            conditions.put("keyPrefix", List.of(KEYS.get(random.nextInt(KEYS.size()))));
        }
        put(conditions, "operations", OPERATIONS, random);
        put(conditions, "sourceCIDRs", SOURCES, random);
        put(conditions, "headers", HEADERS, random);
        return new Rule("r" + number, random.nextBoolean(), conditions);
    }

    private static void put(Map<String, List<String>> conditions, String name, List<String> values, Random random) {
        if (random.nextInt(2) == 0) {
            var chosen = values.stream().filter(value -> random.nextBoolean()).toList();
            if (!chosen.isEmpty()) {
                conditions.put(name, chosen);
            }
        }
    }

    /** Adds an invalid entry to one condition, or replaces a valid one by it. */
    private static Rule damaged(Rule rule, Random random) {
        var conditions = new LinkedHashMap<>(rule.conditions());
        var names = List.copyOf(conditions.keySet());
        var name = names.get(random.nextInt(names.size()));
        var values = new ArrayList<>(conditions.get(name));
        var unreadable = switch (name) {
            case "keyPrefix" -> "\"" + "x".repeat(1025) + "\"";
            case "headers" -> "{name: \"b c\", value: a}";
            default -> "\"b/c\"";
        };
        values.set(random.nextInt(values.size()), unreadable);
        conditions.put(name, values);
        return new Rule(rule.name(), true, conditions);
    }

    private static GatewayPlan plan(List<Rule> rules) {
        return Compiler.compile(World.of("""
                        kind: DataPath
                        metadata: {name: training, namespace: ai}
                        spec:
                          listeners: [{name: s3, protocol: HTTP, port: 9000}]
                          poolRef: {name: store}
                        ---
                        kind: StoragePool
                        metadata: {name: store, namespace: ai}
                        spec: {nodes: {static: [{name: node-1, address: 10.0.0.1, port: 9000}]}}
                        ---
                        kind: RoutingPolicy
                        metadata: {name: rules, namespace: ai}
                        spec:
                          targetRefs: [{name: training}]
                          rules:
                        """ + texts(rules)).resources(null)).plan();
    }

    private static String texts(List<Rule> rules) {
        return rules.stream().map(Rule::text).collect(Collectors.joining());
    }

    private static Request request(Random random) {
        return new Request(
                List.of("aaa", "aab", "aac", "bbb").get(random.nextInt(4)),
                List.of("k1", "kk1", "m1", "z").get(random.nextInt(4)),
                List.of(S3Operation.GetObject, S3Operation.PutObject, S3Operation.ListObjectsV2)
                        .get(random.nextInt(3)),
                List.of("x", "y").stream()
                        .filter(header -> random.nextBoolean())
                        .toList(),
                random.nextBoolean());
    }

    /** The first match wins. Matches of the exact bucket come first, then those of prefixes, then those of all buckets. */
    private static boolean isDenied(GatewayPlan plan, Request request) {
        return plan.listeners().getFirst().matches().stream()
                .filter(match -> fits(match, request))
                .findFirst()
                .flatMap(match -> plan.rules().stream()
                        .filter(rule -> rule.id().equals(match.rule()))
                        .findFirst())
                .filter(rule -> rule.action() instanceof RulePlan.Deny)
                .isPresent();
    }

    private static boolean fits(MatchPlan match, Request request) {
        boolean bucket = switch (match.bucket()) {
            case BucketMatch.Any any -> true;
            case BucketMatch.Exact(var name) -> name.equals(request.bucket());
            case BucketMatch.Prefix(var prefix) -> request.bucket().startsWith(prefix);
        };
        return bucket
                && request.key().startsWith(match.keyPrefix())
                && (match.operations().isEmpty() || match.operations().contains(request.operation()))
                && match.headers().stream().allMatch(header -> request.headers().contains(header.name()))
                && (match.sourceCidrs().isEmpty() || request.inside());
    }
}
