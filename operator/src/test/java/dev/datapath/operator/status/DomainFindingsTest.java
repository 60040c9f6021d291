package dev.datapath.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.DomainUses;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The base domains that each store must know, and the findings on stores that do not. */
class DomainFindingsTest {
    private static final String WORLD = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: training, namespace: ai, generation: 1}
            spec:
              listeners:
              - {name: by-path, protocol: HTTP, port: 8080}
              - {name: by-host, protocol: HTTP, port: 8081, baseDomains: [%s]}
              poolRef: {name: store}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: store, namespace: ai}
            spec: {nodes: {static: [{name: node-1, address: 10.0.0.1, port: 9000}]}}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: archive, namespace: ai}
            spec: {nodes: {static: [{name: node-2, address: 10.0.0.2, port: 9000}]}}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: unused, namespace: ai}
            spec: {nodes: {static: [{name: node-3, address: 10.0.0.3, port: 9000}]}}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: RoutingPolicy
            metadata: {name: rules, namespace: ai}
            spec:
              targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
              rules:
              - {name: old, matches: [{buckets: [old]}], pools: [{name: archive}]}
              - {name: closed, matches: [{buckets: [closed]}], deny: {code: AccessDenied}}
              - {name: missing, matches: [{buckets: [missing]}], pools: [{name: missing}]}
            """;

    private final World world = World.of(WORLD.formatted("b.test, a.test"));

    @Test
    void allPoolsOfAListenerMustKnowItsDomains() {
        assertThat(DomainUses.checked(Compiler.compile(world.resources(null)).plan()))
                .containsExactly(
                        new DomainUse("archive", "a.test"),
                        new DomainUse("archive", "b.test"),
                        new DomainUse("store", "a.test"),
                        new DomainUse("store", "b.test"));
    }

    @Test
    void theNumberOfChecksIsBounded() {
        var domains = IntStream.range(0, DomainUses.MOST_CHECKED)
                .mapToObj("d%03d.test"::formatted)
                .collect(Collectors.joining(", "));
        var plan = Compiler.compile(World.of(WORLD.formatted(domains)).resources(null))
                .plan();
        assertThat(DomainUses.checked(plan))
                .hasSize(DomainUses.MOST_CHECKED)
                .allMatch(use -> use.pool().equals("archive"));
    }

    @Test
    void aDomainThatAStoreDoesNotKnowIsAWarningAtItsListener() {
        var resources = world.resources(null);
        var plan = Compiler.compile(resources).plan();
        var unknown = Set.of(
                new DomainUse("archive", "a.test"),
                new DomainUse("gone", "a.test"),
                new DomainUse("archive", "gone.test"));
        assertThat(UnknownDomains.findings(resources.dataPath(), plan, unknown))
                .isEqualTo(List.of(new Finding(
                        new ObjectRef("DataPath", "ai", "training"),
                        Finding.Severity.WARNING,
                        Reason.Incomplete,
                        "spec.listeners[1].baseDomains",
                        "the store of StoragePool archive does not know base domain a.test: for GET /datapath-check-path with"
                                + " host datapath-check-host.a.test, node node-2 read the bucket from the path. A virtual-hosted PUT"
                                + " can then return 200 and create a bucket instead of an object. Configure the domain in the store,"
                                + " see docs/stores.md, or remove it from baseDomains")));
        assertThat(UnknownDomains.findings(resources.dataPath(), null, unknown)).isEmpty();
    }
}
