package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Objects that are valid each by itself, and do not go together or lead nowhere. */
@Tag("tier4")
@ExtendWith({Installed.class, TroubledSite.Extension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeclarationTroubleTest {
    private static final String REFUSAL = """
            apiVersion: datapath.dev/v1alpha1
            kind: RoutingPolicy
            metadata: {name: %s}
            spec:
              targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
              rules: [{name: closed, matches: [{buckets: [contested]}], deny: {code: %s}}]
            """;

    private TroubledSite trouble;

    @BeforeAll
    void start(TroubledSite site) {
        trouble = site;
    }

    @Test
    void ofTwoPoliciesThatSayTheSameTheOlderIsInForce() throws InterruptedException {
        trouble.load().during(() -> {
            trouble.site().apply(REFUSAL.formatted("zebra", "AccessDenied"));
            Told.by(() -> trouble.policy("zebra"), "Programmed", "True", "Programmed");
            // Times of creation are in whole seconds; of two in one second the name decides.
            var created = Instant.parse(trouble.cluster()
                    .client()
                    .resources(RoutingPolicy.class)
                    .inNamespace(trouble.namespace())
                    .withName("zebra")
                    .require()
                    .getMetadata()
                    .getCreationTimestamp());
            await().until(() -> Instant.now().isAfter(created.plusSeconds(1)));
            trouble.site().apply(REFUSAL.formatted("aardvark", "MethodNotAllowed"));

            Told.by(
                    () -> trouble.policy("aardvark"),
                    "Accepted",
                    "False",
                    "Conflicted",
                    "spec.rules[0].matches[0]",
                    "rule closed of RoutingPolicy " + trouble.namespace() + "/zebra, which is older",
                    "make it more specific, or remove one of the two");
            Told.by(() -> trouble.policy("zebra"), "Accepted", "True", "Accepted");
            assertThat(status("contested")).isEqualTo(403);

            trouble.delete("routingpolicy/zebra");
            Told.by(() -> trouble.policy("aardvark"), "Accepted", "True", "Accepted");
            await().atMost(Told.PATIENCE)
                    .untilAsserted(() -> assertThat(status("contested")).isEqualTo(405));
        });
        trouble.delete("routingpolicy/aardvark");
    }

    @Test
    void aPoolWithoutNodesRefusesItsShareAndNothingElse() throws InterruptedException {
        trouble.load().during(() -> {
            trouble.site().apply("""
                    apiVersion: v1
                    kind: Service
                    metadata: {name: nobody}
                    spec: {selector: {app: nobody}, ports: [{name: s3, port: 80, targetPort: 8333}]}
                    ---
                    apiVersion: datapath.dev/v1alpha1
                    kind: StoragePool
                    metadata: {name: nobody}
                    spec: {provider: SeaweedFS, nodes: {service: {name: nobody, port: s3}}}
                    ---
                    apiVersion: datapath.dev/v1alpha1
                    kind: RoutingPolicy
                    metadata: {name: lost}
                    spec:
                      targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
                      rules: [{name: lost, matches: [{buckets: [lost]}], pools: [{name: nobody}]}]
                    """);
            Told.by(
                    () -> trouble.pool("nobody"),
                    "ResolvedRefs",
                    "False",
                    "EndpointsNotFound",
                    "spec.nodes.service",
                    "Service nobody:s3 has no ready endpoint: check its selector");
            Told.by(() -> trouble.pool("nobody"), "EndpointsHealthy", "False", "NoHealthyNodes", "no active node");
            Told.by(() -> trouble.policy("lost"), "Programmed", "True", "Programmed");
            await().atMost(Told.PATIENCE)
                    .untilAsserted(() -> assertThat(status("lost")).isEqualTo(503));
            Told.by(() -> trouble.pool("store"), "EndpointsHealthy", "True", "AllHealthy");

            trouble.cluster().kubectl("set", "selector", "service/nobody", "app=store", "-n", trouble.namespace());
            Told.by(() -> trouble.pool("nobody"), "ResolvedRefs", "True", "ResolvedRefs");
            Told.by(() -> trouble.pool("nobody"), "EndpointsHealthy", "True", "AllHealthy", "3 of 3");
            // The store's own answer: it has no such bucket.
            await().atMost(Told.PATIENCE)
                    .untilAsserted(() -> assertThat(status("lost")).isEqualTo(404));
        });
        trouble.delete("routingpolicy/lost");
        trouble.delete("storagepool/nobody");
        trouble.delete("service/nobody");
    }

    private int status(String bucket) {
        return HeadBucket.status(trouble.s3(), bucket);
    }
}
