package dev.datapath.e2e.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.operator.ca.AuthorityRotation;
import dev.datapath.operator.ca.AuthorityState;
import dev.datapath.operator.ca.AuthorityStep;
import dev.datapath.operator.ca.IdentitySecret;
import dev.datapath.operator.ca.Issuer;
import dev.datapath.operator.ca.Lifetimes;
import dev.datapath.operator.ca.Subject;
import dev.datapath.operator.xds.IdentityCheck;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutual TLS between a real Envoy and the operator, with the authority and certificates that a cluster has. */
@Tag("tier3")
class OperatorTlsTest {
    private static final String PATH = "team-a/images";
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    private Path dir;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final SnapshotStore store = new SnapshotStore();
    private final ScriptedNode node = track(ScriptedNode.start());
    private final LiveConfig config = new LiveConfig(Ports.free(), "pool-a", node.port(), 1, "v1", 1);
    private Lifetimes lifetimes = Lifetimes.of(Duration.ofDays(30), Duration.ofDays(10));

    @AfterEach
    void stop() throws Exception {
        for (var resource : open.reversed()) {
            resource.close();
        }
    }

    @Test
    void certificates_and_their_authority_are_replaced_under_a_gateway_and_no_request_fails() throws Exception {
        lifetimes = new Lifetimes(Duration.ofSeconds(36), Duration.ofSeconds(12), Duration.ofSeconds(4));
        var cluster = track(new Rotating(lifetimes));
        var operator = track(operator(
                cluster.authorities, TestOperator.NAME, server -> server.connectionAge(Duration.ofSeconds(2))));
        cluster.start(operator);
        store.publish(PATH, config.snapshot());
        var envoy = track(PodGateway.start(
                dir.resolve("envoy"),
                PATH,
                "gateway-1",
                cluster.volume.path(),
                operator.server().port()));
        await().atMost(LIMIT).until(() -> LiveEnvoy.get(config.port(), "/probe").equals("200 v1"));
        try (var requests = SteadyRequests.to(config.port(), "/bucket/object", "200 ok")) {
            await().atMost(LIMIT).until(() -> cluster.steps.contains(AuthorityStep.DROP));
            var since = Instant.now();
            var next = config.withProbe("v2").snapshot();
            store.publish(PATH, next);
            await().atMost(LIMIT).until(() -> operator.synced(PATH, since, next.version()));
            assertThat(LiveEnvoy.get(config.port(), "/probe")).isEqualTo("200 v2");
            requests.assertNoneFailed();
        }
        assertThat(cluster.steps)
                .containsSubsequence(AuthorityStep.INTRODUCE, AuthorityStep.ANNOUNCE, AuthorityStep.PROMOTE);
        assertThat(cluster.renewals).hasSizeGreaterThan(3);
        assertThat(operator.refused()).isEmpty();
        assertThat(List.of("connection_error", "fail_verify_error", "fail_verify_san", "fail_verify_no_cert"))
                .as("failed handshakes")
                .noneMatch(failure -> counts(envoy, "cluster.operator.ssl." + failure));
        assertThat(counts(envoy, "cluster.operator.ssl.handshake")).isTrue();
    }

    @Test
    void a_gateway_with_the_identity_of_another_data_path_gets_nothing() {
        var authorities = authorities();
        var operator = track(operator(authorities, TestOperator.NAME, UnaryOperator.identity()));
        store.publish(PATH, config.snapshot());
        var envoy = track(gateway(operator, identity(authorities, "team-b/logs")));
        await().atMost(LIMIT)
                .until(() -> operator.refused().contains("the certificate does not name DataPath team-a/images"));
        assertThat(envoy.admin("/ready")).startsWith("503");
        assertThat(operator.hasGateway(PATH)).isFalse();
    }

    @Test
    void a_gateway_with_a_certificate_of_a_strange_authority_gets_no_connection() {
        var authorities = authorities();
        var operator = track(operator(authorities, TestOperator.NAME, UnaryOperator.identity()));
        var identity = new TreeMap<>(identity(authorities(), PATH));
        identity.put(IdentitySecret.AUTHORITIES, authorities.bundle());
        var envoy = track(gateway(operator, identity));
        await().atMost(LIMIT).until(() -> counts(envoy, "cluster.operator.ssl.connection_error"));
        assertThat(operator.hasGateway(PATH)).isFalse();
    }

    @Test
    void a_gateway_does_not_talk_to_whoever_has_another_name_or_authority() {
        var authorities = authorities();
        var other = track(operator(authorities, "other.local", UnaryOperator.identity()));
        var first = track(gateway(other, identity(authorities, PATH)));
        await().atMost(LIMIT).until(() -> counts(first, "cluster.operator.ssl.fail_verify_san"));

        var strange = track(operator(authorities(), TestOperator.NAME, UnaryOperator.identity()));
        var second = track(gateway(strange, identity(authorities, PATH)));
        await().atMost(LIMIT).until(() -> counts(second, "cluster.operator.ssl.fail_verify_error"));
        assertThat(other.hasGateway(PATH) || strange.hasGateway(PATH)).isFalse();
    }

    /** Whether a statistic of Envoy is above zero. */
    private static boolean counts(LiveEnvoy envoy, String statistic) {
        var line = Pattern.compile("^(?:200 )?" + Pattern.quote(statistic) + ": ([0-9]+)$", Pattern.MULTILINE)
                .matcher(envoy.admin("/stats?filter=" + statistic));
        assertThat(line.find()).as(statistic).isTrue();
        return Long.parseLong(line.group(1)) > 0;
    }

    private LiveEnvoy gateway(TestOperator operator, Map<String, String> identity) {
        var place = dir.resolve("envoy-" + open.size());
        var volume = new KubeletVolume(place.resolve("identity"), identity);
        return PodGateway.start(
                place, PATH, "gateway-1", volume.path(), operator.server().port());
    }

    private AuthorityState authorities() {
        return new AuthorityRotation(lifetimes)
                .advance(AuthorityState.NONE, false, Instant.now())
                .state();
    }

    private Map<String, String> identity(AuthorityState authorities, String dataPath) {
        return new IdentitySecret(new Issuer(lifetimes))
                .content(Map.of(), authorities, Subject.gateway(IdentityCheck.SCHEME + dataPath), Instant.now())
                .data();
    }

    private TestOperator operator(AuthorityState authorities, String name, UnaryOperator<XdsServer.Builder> settings) {
        return new TestOperator(store, new Issuer(lifetimes), authorities, name, 0, settings);
    }

    private <T extends AutoCloseable> T track(T resource) {
        open.add(resource);
        return resource;
    }

    /** What the operator does with its Secrets, ten times a second, and kubelet with the gateway's. */
    private final class Rotating implements AutoCloseable {
        private final AuthorityRotation rotation;
        private final IdentitySecret identities;
        private final Subject subject = Subject.gateway(IdentityCheck.SCHEME + PATH);
        private final List<AuthorityStep> steps = new CopyOnWriteArrayList<>();
        private final List<String> renewals = new CopyOnWriteArrayList<>();
        private final KubeletVolume volume;
        private volatile AuthorityState authorities;
        private Map<String, String> identity;
        private Thread thread;

        Rotating(Lifetimes lifetimes) {
            rotation = new AuthorityRotation(lifetimes);
            identities = new IdentitySecret(new Issuer(lifetimes));
            authorities = OperatorTlsTest.this.authorities();
            identity = identity(authorities, PATH);
            volume = new KubeletVolume(dir.resolve("identity"), identity);
        }

        void start(TestOperator operator) {
            thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        look(operator);
                        Thread.sleep(100);
                    }
                } catch (InterruptedException e) {
                    // Closed.
                }
            });
        }

        private void look(TestOperator operator) {
            var now = Instant.now();
            var advance = rotation.advance(authorities, IdentitySecret.announces(identity, authorities), now);
            steps.addAll(advance.taken());
            authorities = advance.state();
            operator.read(authorities);
            var content = identities.content(identity, authorities, subject, now);
            if (content.renewed() != null) {
                renewals.add(content.renewed());
            }
            if (!content.data().equals(identity)) {
                identity = content.data();
                volume.write(identity);
            }
        }

        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }
    }
}
