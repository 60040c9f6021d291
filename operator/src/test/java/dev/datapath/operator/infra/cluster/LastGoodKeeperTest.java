package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.datapath.operator.GoldenCase;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.deploy.GatewaySecrets;
import dev.datapath.operator.engine.Publication;
import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.envoy.EnvoyResources;
import dev.datapath.operator.envoy.Part;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.plan.GatewayPlan;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastGoodKeeperTest {
    /** Golden cases of the compiler: {@code before.yaml} is valid, {@code in.yaml} has invalid parts. */
    @ParameterizedTest
    @ValueSource(
            strings = {"listener-tls-last-good", "pool-tls-last-good", "pool-hosts-last-good", "pool-dns-last-good"})
    void anOperatorThatComesToLeadTakesNothingAwayThatWorks(String name) {
        var before = resources(name, "before.yaml");
        var written = keeper(null)
                .secret(before.dataPath(), publication(plan(before)), plan(before), true)
                .orElseThrow();

        var now = World.of(GoldenCase.of("compile/" + name).read("in.yaml"));
        var remembered = keeper(written).remembered(before.dataPath());

        var known = Compiler.compile(now.resources(plan(before)));
        assertThat(Compiler.compile(now.resourcesAfter(remembered))).isEqualTo(known);
        assertThat(known.plan()).as("without it, something would be lost").isNotEqualTo(plan(now.resources(null)));
    }

    @Test
    void aSecretOfAnotherOwnerIsNotTrusted() {
        var resources = resources("listener-tls-last-good", "before.yaml");
        var secret = keeper(null)
                .secret(resources.dataPath(), publication(plan(resources)), plan(resources), true)
                .orElseThrow();
        secret.getMetadata().getOwnerReferences().getFirst().setUid("another");

        assertThat(keeper(secret).remembered(resources.dataPath())).isEqualTo(LastGood.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not gzip", "{\"certificates\": {}}"})
    void whatCannotBeReadCountsAsNothing(String garbage) {
        var resources = resources("listener-tls-last-good", "before.yaml");
        var secret = keeper(null)
                .secret(resources.dataPath(), publication(plan(resources)), plan(resources), true)
                .orElseThrow();
        secret.setData(
                Map.of(GatewaySecrets.LAST_GOOD_PARTS, Base64.getEncoder().encodeToString(garbage.getBytes())));

        assertThat(keeper(secret).remembered(resources.dataPath())).isEqualTo(LastGood.NONE);
    }

    @Test
    void aTooLargeConfigurationIsReportedAndItsPartsAreStored() {
        var resources = resources("listener-tls-last-good", "before.yaml");
        var keeper = keeper(null);
        var secret = keeper.secret(resources.dataPath(), new Publication("1", large()), plan(resources), true)
                .orElseThrow();

        assertThat(secret.getData()).containsOnlyKeys(GatewaySecrets.LAST_GOOD_PARTS);
        assertThat(keeper.findings(resources.dataPath()))
                .extracting(Finding::severity, Finding::message)
                .satisfiesExactly(finding -> assertThat(finding.toList().toString())
                        .startsWith("[WARNING, the configuration has a compressed size of ")
                        .contains(" KiB, more than the 684 KiB that can be stored")
                        .endsWith("Split the DataPath, or use fewer rules or certificates]"));
    }

    @Test
    void aConfigurationThatFitsCausesNoWarning() {
        var resources = resources("listener-tls-last-good", "before.yaml");
        var keeper = keeper(null);
        var secret = keeper.secret(resources.dataPath(), publication(plan(resources)), plan(resources), true)
                .orElseThrow();

        assertThat(secret.getData()).containsOnlyKeys(GatewaySecrets.LAST_GOOD, GatewaySecrets.LAST_GOOD_PARTS);
        assertThat(keeper.findings(resources.dataPath())).isEmpty();
    }

    @Test
    void anUnacknowledgedConfigurationIsNotStored() {
        var resources = resources("listener-tls-last-good", "before.yaml");
        var keeper = keeper(null);
        assertThat(keeper.secret(resources.dataPath(), publication(plan(resources)), plan(resources), false))
                .isEmpty();
        assertThat(keeper.keeps("1")).isFalse();
        assertThat(keeper.pause(plan(resources))).isEmpty();
    }

    @Test
    void changesInQuickSuccessionAreStoredAsOne() {
        var now = new AtomicReference<>(Instant.parse("2026-11-01T00:00:00Z"));
        var keeper = new LastGoodKeeper(name -> Optional.empty(), now::get);
        var resources = resources("listener-tls-last-good", "before.yaml");
        var first = keeper.secret(resources.dataPath(), publication("1", plan(resources)), plan(resources), true);
        assertThat(keeper.keeps("1")).isTrue();

        now.set(now.get().plusSeconds(4));
        assertThat(keeper.pause(plan(resources))).contains(Duration.ofSeconds(6));
        assertThat(keeper.secret(resources.dataPath(), publication("2", plan(resources)), plan(resources), true))
                .isEqualTo(first);
        assertThat(keeper.keeps("2")).isFalse();

        now.set(now.get().plusSeconds(6));
        assertThat(keeper.pause(plan(resources))).isEmpty();
        keeper.secret(resources.dataPath(), publication("3", plan(resources)), plan(resources), true);
        assertThat(keeper.keeps("3")).isTrue();
    }

    @Test
    void restrictionsAreStoredAtOnce() {
        var keeper = new LastGoodKeeper(name -> Optional.empty(), () -> Instant.parse("2026-11-01T00:00:00Z"));
        var before = declared("");
        keeper.secret(before.dataPath(), publication("1", plan(before)), plan(before), true);
        var denied = plan(declared("  - {name: closed, matches: [{buckets: [secret]}], deny: {}}"));
        assertThat(keeper.restrictsLike(plan(before))).isTrue();
        assertThat(keeper.restrictsLike(denied)).isFalse();
        assertThat(keeper.pause(denied)).isEmpty();

        var secret = keeper.secret(before.dataPath(), publication("2", denied), denied, true)
                .orElseThrow();
        assertThat(keeper.keeps("2")).isTrue();
        assertThat(keeper.restrictsLike(denied)).isTrue();
        assertThat(bootstrap(secret)).contains("ai/rules/closed");
    }

    @Test
    void aPoolWithoutNodesKeepsItsPreviousNodesInTheStoredConfiguration() {
        var keeper = keeper(null);
        var before = declared("");
        var written = keeper.secret(before.dataPath(), publication("1", plan(before)), plan(before), true)
                .orElseThrow();
        // The additional rule changes the restrictions, which are stored at once.
        var empty = plan(declared("  - {name: closed, matches: [{buckets: [secret]}], deny: {}}"))
                .withPools(plan(before).pools().stream()
                        .map(pool -> pool.withNodes(List.of()))
                        .toList());
        for (var sameOrNext : List.of(keeper, keeper(written))) {
            var secret = sameOrNext
                    .secret(before.dataPath(), publication("2", empty), empty, true)
                    .orElseThrow();
            assertThat(bootstrap(secret)).contains("10.0.0.1");
            assertThat(keeper(secret).remembered(before.dataPath()).nodes().get("store"))
                    .isNotEmpty();
        }
    }

    @Test
    void theStoredConfigurationStaysUntilTheNextAcknowledgement() {
        var resources = resources("listener-tls-last-good", "before.yaml");
        var keeper = keeper(null);
        var first = keeper.secret(resources.dataPath(), publication("1", plan(resources)), plan(resources), true);
        assertThat(keeper.secret(resources.dataPath(), publication("2", plan(resources)), plan(resources), false))
                .isPresent()
                .isEqualTo(first);
    }

    private static ResourceSet declared(String rule) {
        var resources = World.of("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training, namespace: ai, uid: "1"}
                spec: {listeners: [{name: s3, protocol: HTTP, port: 8080}], poolRef: {name: store}}
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: store, namespace: ai}
                spec: {nodes: {static: [{name: a, address: 10.0.0.1, port: 80}]}}
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: rules, namespace: ai}
                spec:
                  targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
                  rules:
                  - {name: open, matches: [{buckets: [open]}], pools: [{name: store}]}
                %s
                """.formatted(rule)).resources(null);
        return resources;
    }

    private static String bootstrap(io.fabric8.kubernetes.api.model.Secret secret) {
        var bytes = Base64.getDecoder().decode(secret.getData().get(GatewaySecrets.LAST_GOOD));
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(gzip.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LastGoodKeeper keeper(io.fabric8.kubernetes.api.model.Secret present) {
        return new LastGoodKeeper(name -> Optional.ofNullable(present), InstantSource.system());
    }

    private static ResourceSet resources(String name, String file) {
        var resources = World.of(GoldenCase.of("compile/" + name).read(file)).resources(null);
        resources.dataPath().getMetadata().setUid("1");
        return resources;
    }

    private static GatewayPlan plan(ResourceSet resources) {
        return Compiler.compile(resources).plan();
    }

    private static Publication publication(GatewayPlan plan) {
        return publication("1", plan);
    }

    private static Publication publication(String version, GatewayPlan plan) {
        return new Publication(version, EnvoyRenderer.render(plan, RenderOptions.pod(plan)));
    }

    /** Random bytes cannot be compressed. */
    private static EnvoyResources large() {
        var bytes = new byte[LastGoodKeeper.MOST_BYTES];
        new Random(1).nextBytes(bytes);
        var secret = Secret.newBuilder()
                .setName("large")
                .setGenericSecret(GenericSecret.newBuilder()
                        .setSecret(DataSource.newBuilder().setInlineBytes(ByteString.copyFrom(bytes))))
                .build();
        return new EnvoyResources(
                List.of(), List.of(), List.of(), List.of(), List.of(Part.of(secret.getName(), secret)));
    }
}
