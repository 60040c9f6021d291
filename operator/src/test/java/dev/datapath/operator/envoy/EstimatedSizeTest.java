package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.GoldenCase;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.World;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The size estimate of a DataPath is not smaller than the rendered configuration, nor so large that it rejects small ones. */
class EstimatedSizeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "matches: [{buckets: [b-N]}], pools: [{name: store}]",
                "matches: [{buckets: [b-N]}], pools: [{name: store, weight: 1}, {name: other}]",
                "matches: [{buckets: [b-N]}], deny: {}",
                "matches: [{buckets: [b-N], operations: [Reads]}], pools: [{name: store}]",
                "matches: [{buckets: [b-N], operations: [Writes, Deletes, Multipart]}], deny: {}",
                "matches: [{buckets: [b-N], operations: [GetObject]}], deny: {}",
                "matches: [{buckets: [b-N], operations: [PutObjectAcl]}], deny: {}",
                "matches: [{buckets: [minio], operations: [GetObject], headers: [{name: x-a, value: vN}]}], deny: {}",
                "matches: [{buckets: [b-N], operations: [PutObjectTagging, PutObjectRetention, PutBucketAcl, PutBucketVersioning]}], deny: {}",
                "matches: [{buckets: [b-N], operations: [Multipart]}, {buckets: [c-N], keyPrefix: secret/, operations: [Writes]}], deny: {}",
                "matches: [{buckets: [b-N], keyPrefix: some/prefix/, operations: [PutObjectLegalHold]}], deny: {}",
                "matches: [{buckets: [b-N], operations: [PutBucketPolicy, ListObjectsV2]}], pools: [{name: store}]",
                "matches: [{buckets: [b-N], keyPrefix: some/prefix/}], pools: [{name: store}]",
                "matches: [{buckets: [bucket], keyPrefix: pN/}], deny: {}",
                "matches: [{buckets: [b-N], sourceCIDRs: [10.0.0.0/8, 10.1.0.0/16]}], deny: {}",
                "matches: [{buckets: [b-N], headers: [{name: x-a, value: N}]}], pools: [{name: store}]",
                "matches: [{buckets: [b-N], operations: [GetObject]}, {buckets: ['b*'], headers: [{name: x-a, value: vN}]}], deny: {}",
                "matches: [{buckets: [b-N], headers: [{name: x-amz-acl, value: public-read-N}, {name: x-amz-storage-class, value: N}]}], deny: {}",
                "matches: [{buckets: ['b-N*']}, {headers: [{name: x-a, value: vN}]}], deny: {}",
                "matches: [{buckets: [b-N], keyPrefix: logs/, headers: [{name: x-amz-acl, value: private-N}]}, {buckets: [b-N]}], pools: [{name: store}]",
                "matches: [{headers: [{name: x-team, value: team-N}]}], pools: [{name: store}]",
                "matches: [{headers: [{name: x-team, value: 'a,b, c,d,N'}]}], deny: {}"
            })
    void estimateFitsTheRenderedSize(String rule) {
        var rules = IntStream.range(0, 60)
                .mapToObj(i -> "  - {name: r" + i + ", " + rule.replace("N", "" + i) + "}")
                .collect(Collectors.joining("\n"));
        var compilation = Compiler.compile(World.of("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: d, namespace: n}
                spec:
                  listeners: [{name: s3, protocol: HTTP, port: 8080, baseDomains: [s3.test, s3.example.com]}]
                  poolRef: {name: store}
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: store, namespace: n}
                spec: {nodes: {static: [{name: a, address: 10.0.0.1, port: 80}]}}
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: other, namespace: n}
                spec: {nodes: {static: [{name: a, address: 10.0.0.2, port: 80}]}}
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: r, namespace: n}
                spec:
                  targetRefs: [{group: datapath.dev, kind: DataPath, name: d}]
                  rules:
                %s
                """.formatted(rules)).resources(null));
        long rendered =
                EnvoyRenderer.render(compilation.plan(), RenderOptions.pod(compilation.plan())).routes().stream()
                        .mapToLong(part -> part.bytes().size())
                        .sum();
        // Expressions for keys count several times their bytes, because gateways compile them.
        assertThat(compilation.bytes()).isBetween(rendered, 4 * rendered);
    }

    @ParameterizedTest
    @ValueSource(strings = {"envoy/tls", "envoy/tls-server-names"})
    void estimateFitsListenersWithChainsAndCertificates(String golden) {
        var compilation =
                Compiler.compile(World.of(GoldenCase.of(golden).read("in.yaml")).resources(null));
        var rendered = EnvoyRenderer.render(compilation.plan(), RenderOptions.pod(compilation.plan()));
        long bytes = Stream.concat(rendered.listeners().stream(), rendered.secrets().stream())
                .mapToLong(part -> part.bytes().size())
                .sum();
        assertThat(compilation.bytes()).isBetween(bytes, 3 * bytes);
    }
}
