package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ENDPOINT;
import static dev.datapath.operator.xds.ResourceType.LISTENER;
import static dev.datapath.operator.xds.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("tier2")
class BackPressureTest {
    @RegisterExtension
    private final XdsFixture xds = new XdsFixture();

    @RegisterExtension
    private final XdsFixture impatient = new XdsFixture(server -> server.answerTimeout(Duration.ofMillis(300)));

    @Test
    void a_thousand_versions_while_an_answer_is_awaited_become_one_response() {
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        xds.publish(withPort(20000));
        var outstanding = envoy.expect(ENDPOINT);
        for (int i = 1; i <= 1000; i++) {
            xds.publish(withPort(20000 + i));
        }
        var last = withPort(21000);
        envoy.expectNothing();
        envoy.ack(outstanding);
        envoy.expectAndAck(ENDPOINT);
        envoy.expectNothing();
        await().until(() -> xds.sync().synced(last.version()));
        assertThat(xds.sent(ENDPOINT)).isEqualTo(3);
    }

    @Test
    void thousands_of_resources_get_through() {
        var clusters = IntStream.range(0, 3000).mapToObj(i -> "pool-" + i).toArray(String[]::new);
        var snapshot = Samples.gateway(clusters);
        xds.publish(snapshot);
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        assertThat(envoy.expectAndAck(CLUSTER).getResourcesCount()).isEqualTo(3000);
        envoy.ask(ENDPOINT, clusters);
        assertThat(envoy.expectAndAck(ENDPOINT).getResourcesCount()).isEqualTo(3000);
        envoy.ask(LISTENER);
        envoy.expectAndAck(LISTENER);
        envoy.ask(ROUTE, "main");
        envoy.expectAndAck(ROUTE);
        await().until(() -> xds.sync().synced(snapshot.version()));
    }

    @Test
    void a_gateway_that_never_answers_is_visible_and_then_disconnected() {
        impatient.publish(Samples.gateway("a"));
        var envoy = impatient.connect();
        envoy.ask(CLUSTER);
        envoy.expect(CLUSTER);
        await().until(() -> impatient.sync().gateways().isEmpty()
                || impatient.gateway().types().get(CLUSTER).waitingSince() != null);
        assertThat(envoy.awaitEnd().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        await().until(() -> impatient.sync().gateways().isEmpty());
    }

    @Test
    void a_gateway_that_never_reads_holds_one_response_per_type_and_is_then_disconnected() {
        var clusters = IntStream.range(0, 3000).mapToObj(i -> "pool-" + i).toArray(String[]::new);
        impatient.publish(Samples.gateway(clusters));
        var envoy = impatient.track(new ScriptedEnvoy(
                impatient.server().port(), XdsFixture.PATH, "gateway-1", InsecureChannelCredentials.create(), false));
        envoy.ask(CLUSTER);
        await().until(() -> impatient.sent(CLUSTER) == 1);
        for (int i = 0; i < 10; i++) {
            impatient.publish(Samples.gatewayWith(Samples.snapshot(), 2 + i, clusters));
        }
        await().until(() -> impatient.log.stream().anyMatch(line -> line.startsWith("disconnected")));
        assertThat(impatient.sent(CLUSTER)).isEqualTo(1);
        await().until(() -> impatient.sync().gateways().isEmpty());
    }

    @Test
    void a_client_that_never_says_who_it_is_is_disconnected() {
        var envoy = impatient.connect();
        assertThat(envoy.awaitEnd().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void a_gateway_that_owes_nothing_stays() {
        impatient.publish(Samples.gateway("a"));
        var idle = impatient.connect();
        idle.startUp("main", "a");
        var other = impatient.connect(XdsFixture.PATH, "gateway-2");
        other.ask(CLUSTER);
        other.expect(CLUSTER);
        other.awaitEnd();
        assertThat(idle.isOpen())
                .as("longer connected than the one that was disconnected")
                .isTrue();
        idle.expectNothing();
    }

    private static Snapshot withPort(int port) {
        var snapshot = Samples.snapshot();
        snapshot.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", port));
        return snapshot.add(Samples.listener("s3", "main"))
                .add(Samples.routes("main", "a"))
                .build();
    }
}
