package dev.datapath.operator.engine;

import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.envoy.LastGoodBootstrap;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.xds.SnapshotStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A test program that processes DataPaths one after the other, as an operator does, and keeps the results. Most are designed to
 * exhaust its memory. Prints a line for each. It runs with the heap size of the chart.
 */
final class SizeAttack {
    private static final String DATA_PATH = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: %s, namespace: %s, uid: "%s", generation: 1}
            spec:
              listeners:
            %s
              poolRef: {name: store}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: store, namespace: %2$s, uid: s, generation: 1}
            spec: {nodes: {static: [{name: a, address: 10.0.0.1, port: 80}]}}
            """;

    private static final String POLICY = """
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: RoutingPolicy
            metadata: {name: %s, namespace: %s, uid: "%1$s", generation: 1, creationTimestamp: "2026-11-0%dT00:00:00Z"}
            spec:
              targetRefs: [{group: datapath.dev, kind: DataPath, name: %s}]
              rules:
            %s
            """;

    private final Publisher publisher = new Publisher(new SnapshotStore(), RenderOptions::pod);
    private final DataPaths dataPaths = new DataPaths(publisher, findings -> {}, decided -> {});
    private final List<Object> kept = new ArrayList<>();

    public static void main(String[] arguments) {
        var attack = new SizeAttack();
        attack.run("innocent", "first", listeners(1, 1), rules(3, i -> rule(i, "{buckets: [own-" + i + "]}")));
        attack.run("attacker", "product", listeners(1, 1), product());
        attack.run("attacker", "domains", listeners(16, 16), rules(256, i -> rule(i, "{buckets: [own-" + i + "]}")));
        attack.run("attacker", "nested-keys", listeners(1, 1), nestedKeys());
        attack.run("attacker", "sibling-keys", listeners(1, 1), siblingKeys());
        attack.run("attacker", "long-keys", listeners(1, 1), longKeys());
        attack.run("attacker", "headers", listeners(1, 4), headers());
        attack.run("attacker", "networks", listeners(1, 1), networks());
        attack.run(
                "attacker",
                "operations",
                listeners(2, 8),
                rules(
                        256,
                        i -> rule(
                                i,
                                "{operations: [Writes, Deletes, Multipart], buckets: [own-" + i + ", other-" + i
                                        + "]}")));
        attack.run("attacker", "names", listeners(1, 1), names());
        attack.run("attacker", "unknown-operations", listeners(1, 1), unknownOperations());
        attack.run(
                "attacker",
                "many-policies",
                listeners(1, 1),
                IntStream.range(0, 12).mapToObj(i -> product()[0]).toArray(String[]::new));
        for (int i = 0; i < 40; i++) {
            attack.run("attacker", "many-" + i, listeners(1, 8), rules(250, n -> rule(n, "{buckets: [b-" + n + "]}")));
        }
        for (int i = 0; i < 4; i++) {
            attack.run(
                    "other-attacker",
                    "large-" + i,
                    listeners(4, 15),
                    rules(250, n -> rule(n, "{buckets: [b-" + n + "]}")));
        }
        attack.run("attacker", "pools", listeners(1, 1), pools(), manyPools("attacker"));
        attack.run("innocent", "last", listeners(1, 1), rules(100, i -> rule(i, "{buckets: [own-" + i + "]}")));
        System.out.println("done " + attack.kept.size());
    }

    private void run(String namespace, String name, String listeners, String[] policies) {
        run(namespace, name, listeners, policies, "");
    }

    private void run(String namespace, String name, String listeners, String[] policies, String others) {
        var yaml = new StringBuilder(DATA_PATH.formatted(name, namespace, name, listeners));
        for (int i = 0; i < policies.length; i++) {
            yaml.append(POLICY.formatted(name + "-" + i, namespace, 1 + i % 9, name, policies[i]));
        }
        yaml.append(POLICY.formatted(
                "small",
                namespace,
                5,
                name,
                rule(0, "{buckets: [small-bucket]}").indent(2)));
        yaml.append(others);
        var key = new ObjectKey(namespace, name);
        var set = World.of(yaml.toString()).resources(null);
        var managed = dataPaths.of(key, set.dataPath());
        long start = System.nanoTime();
        managed.take(managed.compile(withRoom(set, dataPaths.room(key))), publisher, 1);
        var outcome = managed.outcome();
        managed.publication().ifPresent(publication -> keep(outcome.plan(), publication));
        boolean small = outcome.plan() != null
                && outcome.plan().rules().stream().anyMatch(rule -> rule.id().contains("/small/"));
        System.out.printf(
                "%s/%s small=%s refused=%s defect=%s bytes=%d ms=%d%n",
                namespace,
                name,
                small,
                outcome.findings().stream()
                        .filter(finding -> finding.reason().name().equals("TooLarge"))
                        .map(finding -> finding.object().name())
                        .distinct()
                        .toList(),
                outcome.defect(),
                outcome.bytes(),
                (System.nanoTime() - start) / 1_000_000);
    }

    private void keep(GatewayPlan plan, Publication publication) {
        kept.add(LastGoodBootstrap.compressed(
                BootstrapSpec.pod(plan.dataPath().toString(), plan.maxConnections(), plan.memoryLimit()),
                publication.resources()));
    }

    private static ResourceSet withRoom(ResourceSet set, long room) {
        return new ResourceSet(
                set.dataPath(),
                set.pools(),
                set.policies(),
                List.of(),
                List.of(),
                List.of(),
                set.discovery(),
                set.lastGood(),
                set.now(),
                set.environment(),
                room);
    }

    private static String listeners(int count, int domains) {
        return IntStream.range(0, count)
                .mapToObj(i -> "  - {name: l" + i + ", protocol: HTTP, port: " + (8000 + i) + ", baseDomains: ["
                        + IntStream.range(0, domains)
                                .mapToObj(d -> "d" + d + ".l" + i + ".test")
                                .collect(Collectors.joining(", "))
                        + "]}")
                .collect(Collectors.joining("\n"));
    }

    private static String[] rules(int count, IntFunction<String> rule) {
        return new String[] {IntStream.range(0, count).mapToObj(rule).collect(Collectors.joining("\n"))};
    }

    private static String rule(int number, String matches) {
        return "  - {name: r" + number + ", matches: [" + matches + "], pools: [{name: store}]}";
    }

    /** 40 KB: 512 exact buckets, and 512 matches on a prefix of all their names. */
    private static String[] product() {
        return rules(
                16,
                i -> rule(
                        i,
                        IntStream.range(32 * i, 32 * i + 32)
                                .mapToObj(n -> "{buckets: [a-" + n
                                        + "], operations: [GetObject]}, {buckets: ['a*'], headers: [{name: x-h, value: v"
                                        + n + "}]}")
                                .collect(Collectors.joining(", "))));
    }

    private static String[] nestedKeys() {
        return rules(
                16,
                i -> rule(
                        i,
                        IntStream.range(64 * i, 64 * i + 64)
                                .mapToObj(n -> "{buckets: [bucket], keyPrefix: " + "k".repeat(n + 1) + "}")
                                .collect(Collectors.joining(", "))));
    }

    private static String[] siblingKeys() {
        return rules(
                256,
                i -> rule(
                        i,
                        IntStream.range(64 * i, 64 * i + 64)
                                .mapToObj(n -> "{buckets: [bucket], keyPrefix: p" + n + "/}")
                                .collect(Collectors.joining(", "))));
    }

    private static String[] longKeys() {
        return rules(
                128,
                i -> rule(
                        i,
                        IntStream.range(0, 8)
                                .mapToObj(n ->
                                        "{buckets: [bucket], keyPrefix: " + i + "-" + n + "-" + "%".repeat(1000) + "}")
                                .collect(Collectors.joining(", "))));
    }

    private static String[] headers() {
        return rules(
                60,
                i -> rule(
                        i,
                        "{buckets: ["
                                + IntStream.range(0, 64)
                                        .mapToObj(b -> "h" + i + "-" + b)
                                        .collect(Collectors.joining(", "))
                                + "], headers: ["
                                + IntStream.range(0, 16)
                                        .mapToObj(n -> "{name: x-" + n + "-" + "h".repeat(100) + ", value: "
                                                + "v".repeat(1000) + "}")
                                        .collect(Collectors.joining(", "))
                                + "]}"));
    }

    private static String[] networks() {
        return rules(
                128,
                i -> rule(
                        i,
                        "{buckets: ["
                                + IntStream.range(0, 64)
                                        .mapToObj(b -> "h" + i + "-" + b)
                                        .collect(Collectors.joining(", "))
                                + "], sourceCIDRs: ["
                                + IntStream.range(0, 64)
                                        .mapToObj(n -> "10." + i + "." + n + ".0/24")
                                        .collect(Collectors.joining(", "))
                                + "]}"));
    }

    /** 1 MB of names only. */
    private static String[] names() {
        return rules(
                256,
                i -> rule(
                        i,
                        IntStream.range(0, 8)
                                .mapToObj(m -> "{buckets: ["
                                        + IntStream.range(0, 64)
                                                .mapToObj(n -> i + "-" + m + "-" + n)
                                                .collect(Collectors.joining(", "))
                                        + "]}")
                                .collect(Collectors.joining(", "))));
    }

    private static String[] unknownOperations() {
        return rules(
                256,
                i -> rule(
                        i,
                        IntStream.range(0, 16)
                                .mapToObj(m ->
                                        "{buckets: [b" + i + "-" + m + "], operations: [x" + ", y".repeat(63) + "]}")
                                .collect(Collectors.joining(", "))));
    }

    private static String[] pools() {
        return rules(
                200,
                i -> "  - {name: r" + i + ", matches: [{buckets: [bucket-" + i + "]}], pools: ["
                        + IntStream.range(0, 16)
                                .mapToObj(n -> "{name: p" + (i * 4 + n) + "}")
                                .collect(Collectors.joining(", "))
                        + "]}");
    }

    private static String manyPools(String namespace) {
        return IntStream.range(0, 820)
                .mapToObj(i -> "---\napiVersion: datapath.dev/v1alpha1\nkind: StoragePool\nmetadata: {name: p" + i
                        + ", namespace: " + namespace + ", uid: p" + i + ", generation: 1}\nspec: {nodes: {static: ["
                        + IntStream.range(0, 64)
                                .mapToObj(n -> "{name: n" + n + ", address: 10." + i % 250 + "." + i / 250 + "." + n
                                        + ", port: 80}")
                                .collect(Collectors.joining(", "))
                        + "]}}\n")
                .collect(Collectors.joining());
    }
}
