package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.net.Cidr;
import dev.datapath.operator.net.HostName;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.RulePlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Properties of the compiler for every set of objects, admitted or not. */
class CompilerPropertiesTest {

    @Provide
    Arbitrary<ResourceSet> sets() {
        return Arbitraries.randomValue(random -> new AnyObject(random).resourceSet());
    }

    @Provide
    Arbitrary<HasMetadata> objects() {
        return Arbitraries.randomValue(random -> {
            var any = new AnyObject(random);
            return renamed(
                    switch (random.nextInt(5)) {
                        case 0 -> any.pool();
                        case 1 -> any.objective();
                        case 2 -> any.secret();
                        case 3 -> any.configMap();
                        default -> any.policy();
                    });
        });
    }

    @Provide
    Arbitrary<HasMetadata> denies() {
        return objects().filter(CompilerPropertiesTest::denies);
    }

    @Property(tries = 2000)
    void everySetCompilesToARenderablePlan(@ForAll("sets") ResourceSet set) {
        var compilation = Compiler.compile(set);

        assertCanBeRendered(compilation.plan());
        assertThat(compilation.findings())
                .isSorted()
                .doesNotHaveDuplicates()
                .allSatisfy(
                        finding -> assertThat(finding.message()).isNotBlank().doesNotContain("PRIVATE KEY-----"));
        assertThat(compilation.attachments().open().keySet())
                .containsExactlyInAnyOrderElementsOf(compilation.plan().listeners().stream()
                        .map(ListenerPlan::name)
                        .toList());
    }

    @Property(tries = 1000)
    void orderOfObjectsHasNoEffect(@ForAll("sets") ResourceSet set, @ForAll Random random) {
        assertThat(Compiler.compile(shuffled(set, random))).isEqualTo(Compiler.compile(set));
    }

    @Property(tries = 1000)
    void equalPlanInForceHasNoEffect(@ForAll("sets") ResourceSet set) {
        var plan = Compiler.compile(set).plan();

        assertThat(Compiler.compile(with(set, plan)).plan()).isEqualTo(plan);
    }

    @Property(tries = 1000)
    void anotherObjectDoesNotAffectTheOthers(@ForAll("objects") HasMetadata other) {
        // A match that lists listeners is more specific than one that does not, regardless of age. A deny with invalid
        // conditions precedes the rules that it may concern.
        Assume.that(!namesListeners(other) && !denies(other));
        var without = Compiler.compile(WORLD);
        var with = Compiler.compile(plus(WORLD, other));

        assertThat(findingsOfOthers(with, other)).containsExactlyElementsOf(findingsOfOthers(without, other));
        for (int i = 0; i < without.plan().listeners().size(); i++) {
            var before = without.plan().listeners().get(i);
            var after = with.plan().listeners().get(i);
            var matches = after.matches().stream()
                    .filter(match -> !match.rule().startsWith("ai/zzz/"))
                    .toList();
            assertThat(matches).containsExactlyElementsOf(before.matches());
            assertThat(after.tls()).isEqualTo(before.tls());
            assertThat(after.defaultBackend()).isEqualTo(before.defaultBackend());
        }
        assertThat(with.plan().rules()).containsAll(without.plan().rules());
        assertThat(with.plan().pools().stream().map(pool -> pool.withRetryBudgetPercent(0)))
                .containsAll(without.plan().pools().stream()
                        .map(pool -> pool.withRetryBudgetPercent(0))
                        .toList());
        if (with.plan().rules().size() == without.plan().rules().size()) {
            assertThat(with.plan()).isEqualTo(without.plan());
        }
    }

    @Property(tries = 1000)
    void denyOfAnotherPolicyOnlyRemovesRequests(@ForAll("denies") HasMetadata other) {
        var without = Compiler.compile(WORLD);
        var with = Compiler.compile(plus(WORLD, other));

        for (int i = 0; i < without.plan().listeners().size(); i++) {
            var before = without.plan().listeners().get(i);
            var after = with.plan().listeners().get(i);
            var left = after.matches().stream()
                    .filter(match -> !match.rule().startsWith("ai/zzz/"))
                    .toList();
            assertThat(left)
                    .isEqualTo(before.matches().stream().filter(left::contains).toList());
            assertThat(after.tls()).isEqualTo(before.tls());
            assertThat(after.defaultBackend()).isEqualTo(before.defaultBackend());
        }
        assertThat(without.plan().rules())
                .containsAll(with.plan().rules().stream()
                        .filter(rule -> !rule.id().startsWith("ai/zzz/"))
                        .toList());
    }

    private static boolean denies(HasMetadata object) {
        return object instanceof RoutingPolicy policy
                && policy.getSpec() != null
                && policy.getSpec().rules().stream().anyMatch(rule -> rule.deny() != null);
    }

    private static boolean namesListeners(HasMetadata object) {
        return object instanceof RoutingPolicy policy
                && policy.getSpec() != null
                && policy.getSpec().rules().stream()
                        .flatMap(rule -> rule.matches().stream())
                        .anyMatch(match -> !match.listeners().isEmpty());
    }

    @Property(tries = 500)
    void referencesAndTargetsNeverThrow(@ForAll("sets") ResourceSet set) {
        var references = References.of(List.of(set.dataPath()), set.pools());
        var findings = Targets.findings(List.of(set.dataPath()), set.policies(), set.objectives());

        assertThat(references.hosts().keySet())
                .allSatisfy(host -> assertThat(HostName.parse(host)).isPresent());
        assertThat(findings).isSorted();
    }

    /** A small valid DataPath. Its names sort before those of all other objects. */
    private static final ResourceSet WORLD = World.of("""
                    kind: DataPath
                    metadata: {name: training, namespace: ai}
                    spec:
                      listeners:
                      - {name: internal, protocol: HTTP, port: 9001}
                      - name: s3
                        protocol: HTTPS
                        port: 9000
                        tls:
                          certificateRefs: [{name: tls}]
                          clientCertificates: {caCertificateRefs: [{name: authorities}]}
                      poolRef: {name: store}
                    ---
                    kind: StoragePool
                    metadata: {name: store, namespace: ai}
                    spec: {nodes: {static: [{name: node-1, address: 10.0.0.1, port: 9000}]}}
                    ---
                    kind: RoutingPolicy
                    metadata: {name: aaa, namespace: ai, creationTimestamp: "2020-01-01T00:00:00Z"}
                    spec:
                      targetRefs: [{name: training}]
                      rules:
                      - {name: bucket, matches: [{buckets: [imagenet]}], pools: [{name: store}]}
                      - {name: reads, matches: [{operations: [Reads], sourceCIDRs: [10.0.0.0/8]}], deny: {}}
                      - {name: all, pools: [{name: store}]}
                    ---
                    kind: ServiceLevelObjective
                    metadata: {name: aaa, namespace: ai}
                    spec: {targetRef: {name: training}, selector: {rules: [all]}, objective: {availability: {target: "99.9"}}}
                    ---
                    kind: Secret
                    metadata: {name: tls, namespace: ai}
                    type: kubernetes.io/tls
                    stringData: {tls.crt: "${server.crt}", tls.key: "${server.key}"}
                    ---
                    kind: ConfigMap
                    metadata: {name: authorities, namespace: ai}
                    data: {ca.crt: "${ca.crt}"}
                    """).resources(null);

    private static void assertCanBeRendered(GatewayPlan plan) {
        assertThat(plan.listeners())
                .extracting(ListenerPlan::port)
                .doesNotHaveDuplicates()
                .allMatch(CompilerPropertiesTest::isPort);
        assertThat(plan.listeners()).extracting(ListenerPlan::name).isSorted().doesNotHaveDuplicates();
        assertThat(plan.rules()).extracting(RulePlan::id).isSorted().doesNotHaveDuplicates();
        assertThat(plan.pools()).extracting(PoolPlan::name).isSorted().doesNotHaveDuplicates();
        assertThat(plan.rules())
                .extracting(RulePlan::id)
                .containsExactlyInAnyOrderElementsOf(plan.listeners().stream()
                        .flatMap(listener -> listener.matches().stream().map(MatchPlan::rule))
                        .distinct()
                        .toList());
        var pools = plan.pools().stream().map(PoolPlan::name).toList();
        assertThat(backends(plan))
                .allMatch(backend -> backend instanceof Backend.Unavailable || pools.contains(backend.name()));
        for (var listener : plan.listeners()) {
            assertThat(listener.matches()).doesNotHaveDuplicates().allSatisfy(match -> {
                assertThat(match.sourceCidrs())
                        .allMatch(cidr -> Cidr.parse(cidr).isPresent());
                assertThat(match.headers())
                        .allMatch(header -> header.name().matches("[!-~]+")
                                && !header.value().contains("\n"));
            });
            if (listener.tls() != null) {
                assertThat(listener.tls().certificates()).isNotEmpty().doesNotHaveDuplicates();
            }
        }
        for (var rule : plan.rules()) {
            if (rule.retry().attempts() != null) {
                assertThat(rule.retry().attempts()).isBetween(0, 5);
            }
            assertThat(rule.retry().backoff()).isPositive();
            if (rule.action() instanceof RulePlan.Forward(var shares)) {
                assertThat(shares.stream()
                                .mapToLong(RulePlan.WeightedBackend::weight)
                                .sum())
                        .isPositive();
                assertThat(shares).allMatch(share -> share.weight() >= 0);
            }
        }
        for (var pool : plan.pools()) {
            var active = pool.health().active();
            assertThat(active.timeout()).isLessThanOrEqualTo(active.interval()).isPositive();
            assertThat(pool.limits().retryBudgetPercent()).isBetween(0, 100);
            assertThat(pool.limits().idleTimeout()).isPositive();
            assertThat(pool.nodes())
                    .extracting(PoolPlan.NodePlan::name)
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(pool.nodes()).allSatisfy(node -> {
                assertThat(IpAddress.parse(node.address())).isPresent();
                assertThat(isPort(node.port())).isTrue();
                assertThat(node.weight()).isBetween(1, 1000);
            });
        }
    }

    private static Stream<Backend> backends(GatewayPlan plan) {
        return Stream.concat(
                plan.listeners().stream().flatMap(listener -> Stream.ofNullable(listener.defaultBackend())),
                plan.rules().stream()
                        .flatMap(rule -> rule.action() instanceof RulePlan.Forward(var shares)
                                ? shares.stream().map(RulePlan.WeightedBackend::backend)
                                : Stream.empty()));
    }

    private static boolean isPort(int port) {
        return port >= 1 && port <= 65535;
    }

    private static List<Finding> findingsOfOthers(Compilation compilation, HasMetadata object) {
        return compilation.findings().stream()
                .filter(finding ->
                        !finding.object().name().equals(object.getMetadata().getName()))
                .toList();
    }

    private static HasMetadata renamed(HasMetadata object) {
        if (object.getMetadata() == null) {
            object.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMeta());
        }
        object.getMetadata().setNamespace("ai");
        object.getMetadata().setName("zzz");
        object.getMetadata().setCreationTimestamp("2026-01-01T00:00:00Z");
        return object;
    }

    private static ResourceSet plus(ResourceSet set, HasMetadata object) {
        return new ResourceSet(
                set.dataPath(),
                appended(set.pools(), object),
                appended(set.policies(), object),
                appended(set.objectives(), object),
                appended(set.secrets(), object),
                appended(set.configMaps(), object),
                set.discovery(),
                LastGood.NONE,
                set.now(),
                Environment.CLUSTER);
    }

    @SuppressWarnings("unchecked")
    private static <T extends HasMetadata> List<T> appended(List<T> list, HasMetadata object) {
        var all = new ArrayList<>(list);
        if (list.getFirst().getClass() == object.getClass()) {
            all.add((T) object);
        }
        return all;
    }

    private static ResourceSet with(ResourceSet set, GatewayPlan lastGood) {
        return new ResourceSet(
                set.dataPath(),
                set.pools(),
                set.policies(),
                set.objectives(),
                set.secrets(),
                set.configMaps(),
                set.discovery(),
                LastGood.of(lastGood),
                set.now(),
                Environment.CLUSTER);
    }

    private static ResourceSet shuffled(ResourceSet set, Random random) {
        return new ResourceSet(
                set.dataPath(),
                shuffled(set.pools(), random),
                shuffled(set.policies(), random),
                shuffled(set.objectives(), random),
                shuffled(set.secrets(), random),
                shuffled(set.configMaps(), random),
                set.discovery(),
                LastGood.NONE,
                set.now(),
                Environment.CLUSTER);
    }

    private static <T> List<T> shuffled(List<T> list, Random random) {
        var copy = new ArrayList<>(list);
        Collections.shuffle(copy, random);
        return copy;
    }
}
