package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ENDPOINT;
import static dev.datapath.operator.xds.ResourceType.LISTENER;
import static dev.datapath.operator.xds.ResourceType.ROUTE;
import static dev.datapath.operator.xds.ResourceType.SECRET;
import static dev.datapath.operator.xds.ScriptedEnvoy.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("tier2")
class OrderingTest {
    @RegisterExtension
    private final XdsFixture xds = new XdsFixture();

    @Test
    void endpoints_of_a_changed_cluster_follow_at_once_and_routes_wait_for_both() {
        xds.publish(Samples.gateway("a", "b"));
        var envoy = xds.connect();
        envoy.startUp("main", "a", "b");

        var change = Samples.snapshot();
        change.add(Samples.cluster("a", 2)).add(Samples.endpoints("a", 9001));
        change.add(Samples.cluster("b", 1)).add(Samples.endpoints("b", 9001));
        change.add(Samples.listener("s3", "main")).add(Samples.routes("main", "b", "a"));
        xds.publish(change.build());

        var clusters = envoy.expect(CLUSTER);
        var endpoints = envoy.expect(ENDPOINT);
        assertThat(names(endpoints)).as("only those of the changed cluster").containsExactly("a");
        envoy.expectNothing();
        envoy.ack(endpoints);
        envoy.expectNothing();
        envoy.ack(clusters);
        envoy.expectAndAck(ROUTE);
        envoy.expectNothing();
    }

    @Test
    void a_cluster_that_is_gone_is_withdrawn_after_the_routes_that_named_it() {
        xds.publish(Samples.gateway("old"));
        var envoy = xds.connect();
        envoy.startUp("main", "old");

        var next = Samples.gateway("new");
        xds.publish(next);
        assertThat(names(envoy.expectAndAck(CLUSTER))).containsExactly("new", "old");
        envoy.ask(ENDPOINT, "new", "old");
        assertThat(names(envoy.expectAndAck(ENDPOINT))).containsExactly("new");
        var routes = envoy.expect(ROUTE);
        envoy.expectNothing();
        assertThat(xds.sync().synced(next.version())).isFalse();
        envoy.ack(routes);
        assertThat(names(envoy.expectAndAck(CLUSTER))).containsExactly("new");
        await().until(() -> xds.sync().synced(next.version()));
    }

    @Test
    void a_cluster_stays_while_the_routes_of_a_draining_listener_name_it() {
        var before = Samples.snapshot();
        before.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", 9001));
        before.add(Samples.cluster("b", 1)).add(Samples.endpoints("b", 9001));
        before.add(Samples.listener("one", "r-one")).add(Samples.routes("r-one", "a"));
        before.add(Samples.listener("two", "r-two")).add(Samples.routes("r-two", "b"));
        xds.publish(before.build());
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        envoy.expectAndAck(CLUSTER);
        envoy.ask(ENDPOINT, "a", "b");
        envoy.expectAndAck(ENDPOINT);
        envoy.ask(LISTENER);
        envoy.expectAndAck(LISTENER);
        envoy.ask(ROUTE, "r-one", "r-two");
        envoy.expectAndAck(ROUTE);

        var after = Samples.snapshot();
        after.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", 9001));
        after.add(Samples.listener("one", "r-one")).add(Samples.routes("r-one", "a"));
        var snapshot = after.build();
        xds.publish(snapshot);
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("one");
        envoy.expectNothing(); // connections of listener two still use r-two, and so cluster b
        await().until(() -> xds.sync().synced(snapshot.version()));
        envoy.ask(ROUTE, "r-one");
        assertThat(names(envoy.expectAndAck(CLUSTER))).containsExactly("a");
    }

    @Test
    void listeners_and_routes_wait_until_new_clusters_have_endpoints() {
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect();
        envoy.ask(LISTENER);
        envoy.ask(ROUTE, "main");
        envoy.expectNothing();
        envoy.ask(CLUSTER);
        envoy.expectAndAck(CLUSTER);
        envoy.expectNothing();
        envoy.ask(ENDPOINT, "a");
        var endpoints = envoy.expect(ENDPOINT);
        envoy.expectNothing();
        envoy.ack(endpoints);
        var listeners = envoy.expect(LISTENER);
        envoy.expectNothing();
        envoy.ack(listeners);
        envoy.expectAndAck(ROUTE);
    }

    @Test
    void endpoints_asked_for_again_are_sent_again_though_nothing_changed() {
        xds.publish(Samples.gateway("a", "b"));
        var envoy = xds.connect();
        envoy.startUp("main", "a", "b");
        envoy.ask(ENDPOINT, "a", "b");
        assertThat(names(envoy.expectAndAck(ENDPOINT))).containsExactly("a", "b");
        envoy.expectNothing();
    }

    @Test
    void a_request_that_answers_an_older_response_is_not_taken_for_an_answer_to_the_newest() {
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        envoy.expectAndAck(CLUSTER);
        envoy.ask(ENDPOINT); // the server answers with nothing: no name was asked for
        envoy.ask(ENDPOINT, "a");
        var first = envoy.expect(ENDPOINT);
        envoy.ask(ENDPOINT, "a", "b"); // answers the first response, with more names
        envoy.expectNothing();
        xds.publish(Samples.gatewayWith(Samples.snapshot(), 1, "a", "b"));
        envoy.expect(CLUSTER);
        assertThat(names(envoy.expect(ENDPOINT))).containsExactly("b");
        assertThat(first.getNonce()).isNotEmpty();
    }

    @Test
    void a_name_that_is_not_known_is_sent_once_it_is() {
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        envoy.ask(SECRET, "certificate");
        envoy.expectNothing();
        await().until(() -> xds.gateway().types().get(SECRET).unknownNames() == 1);
        xds.publish(Samples.gatewayWith(Samples.snapshot().add(Samples.secret("certificate", "x")), 1, "a"));
        assertThat(names(envoy.expectAndAck(SECRET))).containsExactly("certificate");
        await().until(() -> xds.gateway().types().get(SECRET).unknownNames() == 0);
    }

    @Test
    void a_cluster_without_endpoints_gets_an_empty_assignment() {
        var snapshot = Samples.snapshot().add(Samples.cluster("a", 1));
        xds.publish(snapshot.build());
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        envoy.expectAndAck(CLUSTER);
        envoy.ask(ENDPOINT, "a");
        assertThat(names(envoy.expectAndAck(ENDPOINT))).containsExactly("a");
    }

    @Test
    void an_empty_set_of_clusters_and_listeners_is_an_answer_too() {
        var snapshot = Samples.snapshot().build();
        xds.publish(snapshot);
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        assertThat(names(envoy.expectAndAck(CLUSTER))).isEmpty();
        envoy.ask(LISTENER);
        assertThat(names(envoy.expectAndAck(LISTENER))).isEmpty();
        await().until(() -> xds.sync().synced(snapshot.version()));
    }

    @Test
    void types_that_are_not_known_are_ignored() {
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect();
        envoy.ask("type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration");
        envoy.startUp("main", "a");
        assertThat(envoy.isOpen()).isTrue();
    }
}
