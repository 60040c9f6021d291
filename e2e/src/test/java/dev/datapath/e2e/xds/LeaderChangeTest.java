package dev.datapath.e2e.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.operator.ca.AuthorityRotation;
import dev.datapath.operator.ca.AuthorityState;
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
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two operators and a real Envoy: it takes its configuration from the one that serves, and no request notices the rest. */
@Tag("tier3")
class LeaderChangeTest {
    private static final String PATH = "team-a/images";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path dir;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Lifetimes lifetimes = Lifetimes.of(Duration.ofDays(30), Duration.ofDays(10));
    private final Issuer issuer = new Issuer(lifetimes);
    private final AuthorityState authorities = new AuthorityRotation(lifetimes)
            .advance(AuthorityState.NONE, false, Instant.now())
            .state();
    private final ScriptedNode node = track(ScriptedNode.start());
    private final LiveConfig config = new LiveConfig(Ports.free(), "pool-a", node.port(), 1, "v1", 1);
    private final int firstPort = Ports.free();
    private final int secondPort = Ports.free();
    private SnapshotStore firstStore = new SnapshotStore();
    private final SnapshotStore secondStore = new SnapshotStore();
    private TestOperator first;
    private TestOperator second;
    private LiveEnvoy envoy;
    private SteadyRequests requests;

    @BeforeEach
    void start() {
        first = track(operator(firstStore, firstPort, UnaryOperator.identity()));
        second = track(operator(secondStore, secondPort, XdsServer.Builder::standby));
        var identity = new IdentitySecret(issuer)
                .content(Map.of(), authorities, Subject.gateway(IdentityCheck.SCHEME + PATH), Instant.now());
        var volume = new KubeletVolume(dir.resolve("identity"), identity.data());
        publish("v1");
        envoy = track(PodGateway.start(dir.resolve("envoy"), PATH, "gateway-1", volume.path(), secondPort, firstPort));
        await().atMost(LIMIT).until(() -> probe("v1"));
        requests = track(SteadyRequests.to(config.port(), "/bucket/object", "200 ok"));
    }

    @AfterEach
    void stop() throws Exception {
        for (var resource : open.reversed()) {
            resource.close();
        }
    }

    @Test
    void a_gateway_follows_the_lead_from_one_operator_to_the_other_and_back() throws Exception {
        assertThat(first.hasGateway(PATH)).isTrue();
        for (int i = 2; i <= 4; i++) {
            var from = i % 2 == 0 ? first : second;
            var to = i % 2 == 0 ? second : first;
            from.server().serving(false);
            to.server().serving(true);
            var version = publish("v" + i);
            var value = "v" + i;
            await().atMost(LIMIT).until(() -> to.synced(PATH, Instant.EPOCH, version));
            await().atMost(LIMIT).until(() -> probe(value));
            await().atMost(LIMIT).until(() -> !from.hasGateway(PATH));
        }
        requests.assertNoneFailed();
    }

    @Test
    void while_no_operator_serves_the_gateway_goes_on_with_what_it_has() throws Exception {
        first.server().serving(false);
        await().atMost(LIMIT).until(() -> operatorsInUse() == 0);
        publish("v2");
        int before = requests.count();
        await().atMost(LIMIT).until(() -> requests.count() > before + 20);
        assertThat(probe("v1")).isTrue();
        assertThat(envoy.admin("/ready")).isEqualTo("200 LIVE\n");

        second.server().serving(true);
        await().atMost(LIMIT).until(() -> probe("v2"));
        requests.assertNoneFailed();
    }

    @Test
    void when_the_operator_that_serves_is_gone_the_other_takes_over() throws Exception {
        first.close();
        second.server().serving(true);
        publish("v2");
        await().atMost(LIMIT).until(() -> probe("v2"));
        firstStore = new SnapshotStore();
        var back = track(operator(firstStore, firstPort, XdsServer.Builder::standby));
        publish("v3");
        await().atMost(LIMIT).until(() -> probe("v3"));
        assertThat(back.hasGateway(PATH)).isFalse();
        requests.assertNoneFailed();
    }

    /** Both know what should run, the standby no less than the other. */
    private String publish(String value) {
        var snapshot = config.withProbe(value).snapshot();
        firstStore.publish(PATH, snapshot);
        secondStore.publish(PATH, snapshot);
        return snapshot.version();
    }

    private boolean probe(String value) {
        return LiveEnvoy.get(config.port(), "/probe").equals("200 " + value);
    }

    private long operatorsInUse() {
        return envoy.admin("/clusters")
                .lines()
                .filter(line -> line.startsWith("operator::") && line.endsWith("::health_flags::healthy"))
                .count();
    }

    private TestOperator operator(SnapshotStore store, int port, UnaryOperator<XdsServer.Builder> settings) {
        return new TestOperator(store, issuer, authorities, TestOperator.NAME, port, settings);
    }

    private <T extends AutoCloseable> T track(T resource) {
        open.add(resource);
        return resource;
    }
}
