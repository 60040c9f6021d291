package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ENDPOINT;
import static dev.datapath.operator.xds.ScriptedEnvoy.names;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One of several operators serves; the others report that they do not. */
@Tag("tier2")
class ServingTest {
    private static final String DISCOVERY = AggregatedDiscoveryServiceGrpc.SERVICE_NAME;

    @RegisterExtension
    private final XdsFixture xds = new XdsFixture();

    @Test
    void the_health_service_says_whether_this_operator_serves() {
        assertThat(health(xds.server(), DISCOVERY)).isEqualTo(SERVING);
        xds.server().serving(false);
        assertThat(health(xds.server(), DISCOVERY)).isEqualTo(NOT_SERVING);
        assertThat(health(xds.server(), "")).as("the server itself").isEqualTo(SERVING);
        xds.server().serving(true);
        assertThat(health(xds.server(), DISCOVERY)).isEqualTo(SERVING);
    }

    @Test
    void a_standby_refuses_streams_until_it_serves() throws IOException {
        try (var standby = XdsServer.builder(xds.store).standby().start()) {
            assertThat(health(standby, DISCOVERY)).isEqualTo(NOT_SERVING);
            xds.publish(Samples.gateway("a"));
            var early = gateway(standby);
            early.ask(CLUSTER);
            assertThat(early.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(standby.sync().dataPaths()).isEmpty();

            standby.serving(true);
            var envoy = gateway(standby);
            envoy.ask(CLUSTER);
            assertThat(names(envoy.expectAndAck(CLUSTER))).containsExactly("a");
        }
    }

    @Test
    void an_operator_that_loses_the_lead_lets_its_gateways_go() {
        var snapshot = Samples.gateway("a");
        xds.publish(snapshot);
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        await().until(() -> xds.sync().synced(snapshot.version()));

        xds.server().serving(false);
        assertThat(envoy.awaitEnd())
                .extracting(Status::getCode, Status::getDescription)
                .containsExactly(Status.Code.UNAVAILABLE, "this operator does not serve: another one is the leader");
        await().until(() -> xds.sync().gateways().isEmpty());
    }

    @Test
    void saying_again_that_it_serves_changes_nothing() {
        xds.publish(Samples.gateway("a", "gone"));
        var before = xds.connect();
        before.startUp("main", "a", "gone");
        await().until(() -> xds.log.stream().anyMatch(line -> line.startsWith("acknowledged ROUTE")));
        xds.server().serving(true);
        before.expectNothing();
        before.close();
        await().until(() -> xds.sync().gateways().isEmpty());

        xds.server().serving(true);
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect().withVersionsOf(before);
        envoy.resume("main", "a", "gone");
        envoy.expectAndAck(ENDPOINT);
        envoy.expectAndAck(ResourceType.ROUTE);
        assertThat(names(envoy.expectAndAck(CLUSTER)))
                .as("last, because it remembers the routes of before")
                .containsExactly("a");
    }

    @Test
    void a_gateway_that_was_with_another_operator_is_told_everything_once_when_it_is_back() throws IOException {
        xds.publish(Samples.gateway("a", "gone"));
        var first = xds.connect();
        first.startUp("main", "a", "gone");
        await().until(() -> xds.log.stream().anyMatch(line -> line.startsWith("acknowledged ROUTE")));
        xds.server().serving(false);
        first.awaitEnd();

        var next = Samples.gateway("a");
        var other = new SnapshotStore();
        other.publish(XdsFixture.PATH, next);
        try (var leader = XdsServer.builder(other).start()) {
            var second = gateway(leader).withVersionsOf(first);
            second.resume("main", "a", "gone");
            second.expectAndAck(CLUSTER);
            second.expectAndAck(ENDPOINT);
            second.expectAndAck(ResourceType.LISTENER);
            second.expectAndAck(ResourceType.ROUTE);
            await().until(() -> leader.sync().of(XdsFixture.PATH).synced(next.version()));

            xds.publish(next);
            xds.server().serving(true);
            var back = xds.connect().withVersionsOf(second);
            back.resume("main", "a");
            assertThat(names(back.expectAndAck(CLUSTER))).containsExactly("a");
            assertThat(names(back.expectAndAck(ENDPOINT))).containsExactly("a");
            back.expectAndAck(ResourceType.LISTENER);
            back.expectAndAck(ResourceType.ROUTE);
            back.expectNothing();
            await().until(() -> xds.sync().synced(next.version()));
        }
    }

    @Test
    void a_connection_is_used_for_as_long_as_it_may() throws IOException {
        xds.publish(Samples.gateway("a"));
        try (var server = XdsServer.builder(xds.store)
                .connectionAge(Duration.ofMillis(300))
                .start()) {
            var envoy = gateway(server);
            envoy.startUp("main", "a");
            assertThat(envoy.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            await().until(() -> server.sync().dataPaths().isEmpty());
        }
    }

    @Test
    void whoever_may_not_connect_may_not_ask_either() throws IOException, GeneralSecurityException {
        var authority = new TestAuthority("operator");
        var own = authority.dns("xds.local");
        var tls = new XdsTls(own.chain(), own.key(), new X509Certificate[] {authority.certificate()});
        try (var server = XdsServer.builder(xds.store).tls(tls).standby().start()) {
            var gateway = authority.uri("datapath://team-a/images");
            assertThat(health(server, DISCOVERY, authority.credentials(gateway)))
                    .isEqualTo(NOT_SERVING);
            assertThatThrownBy(() -> health(server, DISCOVERY, authority.credentials(null)))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("UNAVAILABLE");
        }
    }

    private ScriptedEnvoy gateway(XdsServer server) {
        return xds.track(new ScriptedEnvoy(server.port(), XdsFixture.PATH, "gateway-1"));
    }

    private static ServingStatus health(XdsServer server, String service) {
        return health(server, service, InsecureChannelCredentials.create());
    }

    private static ServingStatus health(XdsServer server, String service, ChannelCredentials credentials) {
        var channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port(), credentials)
                .overrideAuthority("xds.local")
                .build();
        try {
            return HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.newBuilder().setService(service).build())
                    .getStatus();
        } finally {
            channel.shutdownNow();
        }
    }
}
