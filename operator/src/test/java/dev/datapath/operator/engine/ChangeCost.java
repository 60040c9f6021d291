package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.xds.SnapshotStore;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A test program that prints the CPU time of an operator thread for one changed rule of many, per step. Arguments: the number of
 * rules, and the number of changes.
 */
final class ChangeCost {
    private static final int RULES_PER_POLICY = 100;
    private static final String[] STEPS = {"compile", "render", "encode", "publish"};

    private static final String OBJECTS = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: d, namespace: n, uid: d, generation: 1}
            spec:
              listeners: [{name: s3, protocol: HTTP, port: 8080}, {name: other, protocol: HTTP, port: 8081}]
              poolRef: {name: a}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: a, namespace: n, uid: a, generation: 1}
            spec: {nodes: {static: [{name: a, address: 10.0.0.1, port: 80}]}}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: b, namespace: n, uid: b, generation: 1}
            spec: {nodes: {static: [{name: a, address: 10.0.0.2, port: 80}]}}
            """;

    private final int rules;
    private final BitSet moved = new BitSet();
    private final EnvoyRenderer renderer = new EnvoyRenderer();
    private final SnapshotStore store = new SnapshotStore();

    private ChangeCost(int rules) {
        this.rules = rules;
    }

    public static void main(String[] arguments) {
        new ChangeCost(Integer.parseInt(arguments[0])).measure(Integer.parseInt(arguments[1]));
    }

    private void measure(int changes) {
        var policies = IntStream.range(0, (rules + RULES_PER_POLICY - 1) / RULES_PER_POLICY)
                .mapToObj(this::policy)
                .collect(Collectors.toCollection(ArrayList::new));
        var first = World.of(OBJECTS).resources(null);
        var random = new Random(rules);
        var nanos = new long[STEPS.length][changes];
        for (int change = 0; change < changes; change++) {
            int bucket = random.nextInt(rules);
            moved.flip(bucket);
            policies.set(bucket / RULES_PER_POLICY, policy(bucket / RULES_PER_POLICY));
            var taken = change(new ResourceSet(
                    first.dataPath(),
                    first.pools(),
                    policies,
                    first.objectives(),
                    first.secrets(),
                    first.configMaps(),
                    first.discovery(),
                    first.lastGood(),
                    first.now(),
                    first.environment()));
            for (int step = 0; step < STEPS.length; step++) {
                nanos[step][change] = taken[step];
            }
        }
        for (int step = 0; step < STEPS.length; step++) {
            // The first half is the warm-up.
            var sorted =
                    Arrays.stream(nanos[step], changes / 2, changes).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%d rules, %s: median %.2f ms, most %.2f ms%n",
                    rules,
                    STEPS[step],
                    sorted[sorted.length / 2] / 1e6,
                    sorted[sorted.length - 1] / 1e6);
        }
    }

    private long[] change(ResourceSet set) {
        var threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        var plan = Compiler.compile(set).plan();
        long compiled = threads.getCurrentThreadCpuTime();
        var resources = renderer.resources(plan, RenderOptions.pod(plan));
        long rendered = threads.getCurrentThreadCpuTime();
        var snapshot = Snapshots.of(resources);
        long encoded = threads.getCurrentThreadCpuTime();
        store.publish("n/d", snapshot);
        return new long[] {
            compiled - start, rendered - compiled, encoded - rendered, threads.getCurrentThreadCpuTime() - encoded
        };
    }

    private RoutingPolicy policy(int number) {
        var text = IntStream.range(number * RULES_PER_POLICY, Math.min(rules, (number + 1) * RULES_PER_POLICY))
                .mapToObj(i -> "  - {name: rule-%d, matches: [{buckets: [bucket-%04d]}], pools: [{name: %s}]}\n"
                        .formatted(i, i, moved.get(i) ? "b" : "a"))
                .collect(Collectors.joining());
        return Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: rules-%1$d, namespace: n, uid: rules-%1$d, generation: 1}
                spec:
                  targetRefs: [{group: datapath.dev, kind: DataPath, name: d}]
                  rules:
                %2$s""".formatted(number, text), RoutingPolicy.class);
    }
}
