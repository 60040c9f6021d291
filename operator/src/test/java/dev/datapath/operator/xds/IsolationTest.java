package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ScriptedEnvoy.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("tier2")
class IsolationTest {
    @RegisterExtension
    private final XdsFixture xds = new XdsFixture();

    @Test
    void a_data_path_is_synced_when_each_of_its_gateways_is() {
        var snapshot = Samples.gateway("a");
        xds.publish(snapshot);
        var first = xds.connect(XdsFixture.PATH, "gateway-1");
        var second = xds.connect(XdsFixture.PATH, "gateway-2");
        first.startUp("main", "a");
        second.ask(CLUSTER);
        second.expect(CLUSTER);
        await().until(() -> xds.sync().gateways().size() == 2);
        await().until(() -> xds.sync().behind(snapshot.version()).size() == 1);
        assertThat(xds.sync().behind(snapshot.version()).getFirst().gateway()).isEqualTo("gateway-2");
        assertThat(xds.sync().synced(snapshot.version())).isFalse();
        second.close();
        await().until(() -> xds.sync().synced(snapshot.version()));
    }

    @Test
    void one_gateways_rejection_does_not_hold_another_back() {
        xds.publish(Samples.gateway("a"));
        var first = xds.connect(XdsFixture.PATH, "gateway-1");
        var second = xds.connect(XdsFixture.PATH, "gateway-2");
        first.startUp("main", "a");
        second.ask(CLUSTER);
        second.nack(second.expect(CLUSTER), "no");
        await().until(() -> xds.sync().gateways().get(1).rejecting());
        assertThat(xds.sync().gateways().get(0).rejecting()).isFalse();
        assertThat(xds.sync().gateways().get(0).intent()).isNotNull();
    }

    @Test
    void each_data_path_is_served_its_own() {
        xds.store.publish("team-a/images", Samples.gateway("a"));
        xds.store.publish("team-b/logs", Samples.gateway("b"));
        var a = xds.connect("team-a/images", "gateway-1");
        var b = xds.connect("team-b/logs", "gateway-1");
        a.ask(CLUSTER);
        b.ask(CLUSTER);
        assertThat(names(a.expectAndAck(CLUSTER))).containsExactly("a");
        assertThat(names(b.expectAndAck(CLUSTER))).containsExactly("b");
        xds.store.publish("team-b/logs", Samples.gateway("c"));
        assertThat(names(b.expectAndAck(CLUSTER))).contains("c");
        a.expectNothing();
        assertThat(xds.server().sync().dataPaths()).containsExactlyInAnyOrder("team-a/images", "team-b/logs");
    }

    @Test
    void a_gateway_that_came_back_before_its_old_stream_ended_counts_once() {
        var snapshot = Samples.gateway("a");
        xds.publish(snapshot);
        var old = xds.connect();
        old.ask(CLUSTER);
        old.expect(CLUSTER);
        await().until(() -> !xds.sync().gateways().isEmpty());
        xds.connect().startUp("main", "a");
        await().until(() -> xds.sync().synced(snapshot.version()));
        assertThat(xds.sync().gateways()).hasSize(1);
    }

    @Test
    void a_client_without_a_name_is_refused() {
        var envoy = xds.connect("", "");
        envoy.ask(CLUSTER);
        assertThat(envoy.awaitEnd().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(xds.log).containsExactly("refused: the first request must have node.id and node.cluster");
    }
}
