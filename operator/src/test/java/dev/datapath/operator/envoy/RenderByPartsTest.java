package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Terms;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.GatewayPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A renderer with a cache gives the same result as a new one, and only encodes changed parts. */
class RenderByPartsTest {
    private static final List<String> POOLS = List.of("a", "b", "c");

    /** The declared objects that change in this test. */
    private static final class Declared {
        private final TreeMap<String, String> rules = new TreeMap<>();
        private final TreeMap<String, List<Integer>> weights = new TreeMap<>();
        private String more = "";
        private String domains = "";

        Declared(int buckets) {
            POOLS.forEach(pool -> weights.put(pool, new ArrayList<>(List.of(1, 1))));
            for (int i = 0; i < buckets; i++) {
                send("bucket-" + i, POOLS.get(i % POOLS.size()));
            }
        }

        void send(String bucket, String pool) {
            rules.put(bucket, "matches: [{buckets: ['" + bucket + "']}], pools: [{name: " + pool + "}]");
        }

        GatewayPlan plan() {
            var pools = weights.entrySet().stream()
                    .map(pool -> """
                            ---
                            apiVersion: datapath.dev/v1alpha1
                            kind: StoragePool
                            metadata: {name: %s, namespace: n}
                            spec: {nodes: {static: [%s]}}
                            """.formatted(pool.getKey(), nodes(pool.getValue())))
                    .collect(Collectors.joining());
            var number = new int[1];
            var policy = rules.values().stream()
                    .map(rule -> "  - {name: r" + number[0]++ + ", " + rule + "}\n")
                    .collect(Collectors.joining());
            return Compiler.compile(World.of("""
                            apiVersion: datapath.dev/v1alpha1
                            kind: DataPath
                            metadata: {name: d, namespace: n}
                            spec:
                              listeners: [{name: s3, protocol: HTTP, port: 8080%s}, {name: too, protocol: HTTP, port: 8081%s}]
                              poolRef: {name: a}
                              %s
                            %s---
                            apiVersion: datapath.dev/v1alpha1
                            kind: RoutingPolicy
                            metadata: {name: r, namespace: n}
                            spec:
                              targetRefs: [{name: d}]
                              rules:
                            %s
                            """.formatted(domains, domains, more, pools, policy))
                            .resources(null))
                    .plan();
        }

        private static String nodes(List<Integer> weights) {
            var nodes = new ArrayList<String>();
            for (int i = 0; i < weights.size(); i++) {
                nodes.add("{name: n%d, address: 10.0.0.%d, port: 80, weight: %d}".formatted(i, i + 1, weights.get(i)));
            }
            return String.join(", ", nodes);
        }

        void change(Random random) {
            var bucket = "bucket-" + random.nextInt(12);
            var pool = POOLS.get(random.nextInt(POOLS.size()));
            switch (random.nextInt(12)) {
                case 0 -> weights.get(pool).set(0, 1 + random.nextInt(9));
                case 1 -> rules.remove(bucket);
                case 2 -> rules.put(bucket, "matches: [{buckets: [" + bucket + "]}], deny: {}");
                case 3 -> rules.put("wide", "matches: [{buckets: ['bucket-1*']}], pools: [{name: " + pool + "}]");
                case 4 -> rules.put("wide", "matches: [{buckets: ['bucket-1*'], operations: [Deletes]}], deny: {}");
                case 5 ->
                    rules.put(
                            bucket,
                            "matches: [{buckets: [" + bucket + "], keyPrefix: 'x/'}], pools: [{name: " + pool + "}]");
                case 6 ->
                    rules.put(
                            bucket,
                            "matches: [{buckets: [" + bucket + "]}], pools: [{name: " + pool
                                    + "}], timeouts: {idle: 7s}");
                case 7 -> {
                    if (weights.get(pool).size() > 1) {
                        weights.get(pool).removeLast();
                    } else {
                        weights.get(pool).add(1);
                    }
                }
                case 8 -> domains = domains.isEmpty() ? ", baseDomains: [s3.test]" : "";
                case 9 ->
                    rules.put(
                            bucket,
                            "matches: [{buckets: [" + bucket + "], operations: [GetObject]}], pools: [{name: " + pool
                                    + "}]");
                default -> send(bucket, pool);
            }
        }
    }

    @Property(tries = 60)
    void cacheDoesNotChangeTheResult(@ForAll long seed) {
        var random = new Random(seed);
        int maxPlainRoutes = random.nextBoolean() ? 0 : RouteTable.MAX_PLAIN_ROUTES;
        var declared = new Declared(8);
        var remembering = new EnvoyRenderer(maxPlainRoutes);
        for (int i = 0; i < 12; i++) {
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                declared.change(random);
            }
            var plan = declared.plan();
            assertThat(remembering.resources(plan, RenderOptions.pod(plan)))
                    .isEqualTo(new EnvoyRenderer(maxPlainRoutes).resources(plan, RenderOptions.pod(plan)));
        }
    }

    @Test
    void equalPlanEncodesNothing() {
        var declared = new Declared(3);
        var renderer = new EnvoyRenderer();
        var before = render(renderer, declared);
        assertThat(encoded(before, render(renderer, declared))).isEmpty();
    }

    @Test
    void changedWeightEncodesOneSetOfEndpoints() {
        var declared = new Declared(3);
        var renderer = new EnvoyRenderer();
        var before = render(renderer, declared);
        declared.weights.get("b").set(0, 5);
        var after = render(renderer, declared);
        assertThat(encoded(before, after)).containsExactly("pool/b");
        assertThat(after.clusters()).isEqualTo(before.clusters());
    }

    @Test
    void decidedWeightEncodesOneSetOfEndpoints() {
        var plan = new Declared(3).plan();
        var renderer = new EnvoyRenderer();
        var declared = renderer.resources(plan, RenderOptions.pod(plan));
        var before = renderer.adjusted(declared, plan, adjustments("a", 1, "b", 1));
        assertThat(encoded(declared, before)).containsExactly("pool/a", "pool/b");

        var after = renderer.adjusted(declared, plan, adjustments("a", 1, "b", 2));
        assertThat(encoded(before, after)).containsExactly("pool/b");
        assertThat(encoded(after, renderer.adjusted(declared, plan, adjustments("a", 1, "b", 2))))
                .isEmpty();
        assertThat(renderer.adjusted(declared, plan, Adjustments.NONE)).isEqualTo(declared);
        assertThat(encoded(declared, renderer.resources(plan, RenderOptions.pod(plan))))
                .as("what users declared")
                .isEmpty();
    }

    private static Adjustments adjustments(String pool, double percent, String otherPool, double otherPercent) {
        return new Adjustments(
                Map.of(pool, List.of(weight(pool, percent)), otherPool, List.of(weight(otherPool, otherPercent))));
    }

    private static NodeWeight weight(String pool, double percent) {
        return new NodeWeight(
                new Node(pool, "n0"), percent, new Terms("", Instant.EPOCH, Instant.EPOCH, Instant.EPOCH));
    }

    @Test
    void changedRuleEncodesOnlyRouteTables() {
        var declared = new Declared(3);
        var renderer = new EnvoyRenderer();
        var before = render(renderer, declared);
        declared.send("bucket-0", "b");
        assertThat(encoded(before, render(renderer, declared))).containsExactly("s3", "too");
    }

    @Test
    void clustersOfAListenersRulesAreReferenced() {
        var declared = new Declared(3);
        declared.send("bucket-1", "c");
        for (int maxPlainRoutes : List.of(0, RouteTable.MAX_PLAIN_ROUTES)) {
            var resources = render(new EnvoyRenderer(maxPlainRoutes), declared);
            assertThat(resources.routes().getFirst().references().clusters())
                    .containsExactlyInAnyOrder("pool/a", "pool/c");
        }
    }

    private static EnvoyResources render(EnvoyRenderer renderer, Declared declared) {
        var plan = declared.plan();
        return renderer.resources(plan, RenderOptions.pod(plan));
    }

    /** The names of the parts that are not in the first rendering. */
    private static List<String> encoded(EnvoyResources before, EnvoyResources after) {
        Set<Part<?>> known = Collections.newSetFromMap(new IdentityHashMap<>());
        parts(before).forEach(known::add);
        return parts(after)
                .filter(part -> !known.contains(part))
                .map(Part::name)
                .toList();
    }

    private static Stream<Part<?>> parts(EnvoyResources resources) {
        return Stream.of(
                        resources.listeners(),
                        resources.routes(),
                        resources.clusters(),
                        resources.endpoints(),
                        resources.secrets())
                .flatMap(List::stream);
    }
}
