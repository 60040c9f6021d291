package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ENDPOINT;
import static dev.datapath.operator.xds.ResourceType.LISTENER;
import static dev.datapath.operator.xds.ResourceType.ROUTE;
import static dev.datapath.operator.xds.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("tier2")
class AcknowledgementTest {
    @RegisterExtension
    private final XdsFixture xds = new XdsFixture();

    @Test
    void a_gateway_is_synced_once_it_accepted_every_type_that_it_has_use_for() {
        var snapshot = Samples.gateway("a", "b");
        xds.publish(snapshot);
        var envoy = xds.connect();

        envoy.ask(CLUSTER);
        envoy.expectAndAck(CLUSTER);
        envoy.expectNothing();
        assertThat(xds.sync().synced(snapshot.version()))
                .as("only clusters are there")
                .isFalse();
        envoy.ask(ENDPOINT, "a", "b");
        envoy.expectAndAck(ENDPOINT);
        envoy.ask(LISTENER);
        envoy.expectAndAck(LISTENER);
        envoy.expectNothing();
        assertThat(xds.sync().synced(snapshot.version()))
                .as("the routes are missing")
                .isFalse();
        envoy.ask(ROUTE, "main");
        var routes = envoy.expect(ROUTE);
        envoy.expectNothing();
        assertThat(xds.sync().synced(snapshot.version()))
                .as("the routes are not accepted")
                .isFalse();
        assertThat(xds.gateway().types().get(ROUTE).waitingSince()).isNotNull();
        envoy.ack(routes);

        await().until(() -> xds.sync().synced(snapshot.version()));
        var gateway = xds.gateway();
        assertThat(gateway.gateway()).isEqualTo("gateway-1");
        for (var type : new ResourceType[] {CLUSTER, ENDPOINT, LISTENER, ROUTE}) {
            assertThat(gateway.types().get(type))
                    .isEqualTo(new TypeState(snapshot.version(type), snapshot.version(type), null, List.of(), 0));
        }
    }

    @Test
    void secrets_that_nobody_asks_for_do_not_count() {
        var snapshot = Samples.gatewayWith(Samples.snapshot().add(Samples.secret("unused", "x")), 1, "a");
        xds.publish(snapshot);
        xds.connect().startUp("main", "a");
        await().until(() -> xds.sync().synced(snapshot.version()));
    }

    @Test
    void secrets_that_are_asked_for_count() {
        var snapshot = Samples.gatewayWith(Samples.snapshot().add(Samples.secret("used", "x")), 1, "a");
        xds.publish(snapshot);
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        envoy.ask(SECRET, "used");
        var secret = envoy.expect(SECRET);
        envoy.expectNothing();
        assertThat(xds.sync().synced(snapshot.version())).isFalse();
        envoy.ack(secret);
        await().until(() -> xds.sync().synced(snapshot.version()));
    }

    @Test
    void a_new_version_makes_the_gateway_out_of_date_until_it_accepts() {
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        var next = Samples.gatewayWith(Samples.snapshot(), 2, "a");
        xds.publish(next);
        var clusters = envoy.expect(CLUSTER);
        assertThat(xds.sync().synced(next.version())).isFalse();
        assertThat(xds.sync().behind(next.version())).hasSize(1);
        envoy.ack(clusters);
        envoy.expectAndAck(ENDPOINT);
        await().until(() -> xds.sync().synced(next.version()));
    }

    @Test
    void equal_content_is_not_sent_again() {
        xds.publish(Samples.gateway("a", "b"));
        var envoy = xds.connect();
        envoy.startUp("main", "a", "b");
        xds.publish(Samples.gateway("a", "b"));
        envoy.expectNothing();
    }

    @Test
    void only_what_changed_is_sent_of_types_that_are_asked_for_by_name() {
        xds.publish(Samples.gateway("a", "b"));
        var envoy = xds.connect();
        envoy.startUp("main", "a", "b");
        var changed = Samples.snapshot();
        changed.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", 9001));
        changed.add(Samples.cluster("b", 1)).add(Samples.endpoints("b", 9001, 9002));
        changed.add(Samples.listener("s3", "main")).add(Samples.routes("main", "a", "b"));
        var snapshot = changed.build();
        xds.publish(snapshot);
        assertThat(ScriptedEnvoy.names(envoy.expectAndAck(ENDPOINT))).containsExactly("b");
        envoy.expectNothing();
        await().until(() -> xds.sync().synced(snapshot.version()));
    }

    @Test
    void listeners_of_changes_are_told_without_being_asked() throws InterruptedException {
        var told = new LinkedBlockingQueue<String>();
        var stop = xds.server().sync().onChange(told::add);
        var snapshot = Samples.gateway("a");
        xds.publish(snapshot);
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        while (!xds.sync().synced(snapshot.version())) {
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(XdsFixture.PATH);
        }
        envoy.close();
        while (!xds.sync().gateways().isEmpty()) {
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(XdsFixture.PATH);
        }
        assertThat(xds.server().sync().dataPaths()).isEmpty();
        stop.run();
    }
}
