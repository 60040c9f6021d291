package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ENDPOINT;
import static dev.datapath.operator.xds.ResourceType.LISTENER;
import static dev.datapath.operator.xds.ResourceType.ROUTE;
import static dev.datapath.operator.xds.ScriptedEnvoy.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("tier2")
class ReconnectTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-01T12:00:00Z"));

    @RegisterExtension
    private final XdsFixture xds = new XdsFixture(server -> server.clock(now::get));

    @Test
    void a_restarted_server_sends_everything_once_for_it_cannot_know_what_a_gateway_has() {
        var snapshot = Samples.gateway("a");
        var before = runs(snapshot, "a");
        xds.restart();

        var envoy = comesBack(before, "a");
        envoy.expectAndAck(CLUSTER);
        assertThat(xds.sync().synced(snapshot.version())).isFalse();
        assertThat(names(envoy.expectAndAck(ENDPOINT))).containsExactly("a");
        envoy.expectAndAck(LISTENER);
        envoy.expectAndAck(ROUTE);
        envoy.expectNothing();
        await().until(() -> xds.sync().synced(snapshot.version()));
        assertThat(xds.gateway().types().get(ROUTE).acknowledgedVersion()).isEqualTo(snapshot.version(ROUTE));
    }

    @Test
    void a_gateway_that_only_lost_the_connection_is_not_sent_what_it_has() {
        var snapshot = Samples.gateway("a");
        var before = runs(snapshot, "a");
        leaves(before);

        var envoy = comesBack(before, "a");
        envoy.expectAndAck(ENDPOINT);
        envoy.expectNothing();
        await().until(() -> xds.sync().synced(snapshot.version()));
    }

    @Test
    void what_a_gateway_has_that_stayed_away_for_long_is_not_known() {
        var before = runs(Samples.gateway("a"), "a");
        leaves(before);
        now.updateAndGet(left -> left.plus(Memories.MAX_AGE).plusMillis(1));
        comesBack(before, "a").expectAndAck(CLUSTER);
    }

    @Test
    void what_its_gateways_have_is_forgotten_with_a_data_path() {
        var snapshot = Samples.gateway("a");
        var before = runs(snapshot, "a");
        leaves(before);
        xds.store.withdraw(XdsFixture.PATH);
        xds.publish(snapshot);
        comesBack(before, "a").expectAndAck(CLUSTER);
    }

    @Test
    void nothing_is_kept_of_a_gateway_that_leaves_after_its_data_path() {
        var snapshot = Samples.gateway("a");
        var before = runs(snapshot, "a");
        xds.store.withdraw(XdsFixture.PATH);
        leaves(before);
        xds.publish(snapshot);
        comesBack(before, "a").expectAndAck(CLUSTER);
    }

    @Test
    void what_went_away_with_a_server_restart_is_removed() {
        var before = runs(Samples.gateway("a", "gone"), "a", "gone");
        xds.restart();
        var next = Samples.gateway("a");
        xds.publish(next);

        var envoy = comesBack(before, "a", "gone");
        assertThat(names(envoy.expectAndAck(CLUSTER))).containsExactly("a");
        assertThat(names(envoy.expectAndAck(ENDPOINT))).containsExactly("a");
        envoy.expectAndAck(LISTENER);
        envoy.expectAndAck(ROUTE);
        envoy.expectNothing();
        await().until(() -> xds.sync().synced(next.version()));
    }

    @Test
    void what_went_away_without_a_server_restart_is_removed_after_the_routes_that_name_it() {
        var before = runs(Samples.gateway("a", "gone"), "a", "gone");
        leaves(before);
        var next = Samples.gateway("a");
        xds.publish(next);

        var envoy = comesBack(before, "a", "gone");
        assertThat(names(envoy.expectAndAck(ENDPOINT))).containsExactly("a");
        envoy.expectAndAck(ROUTE);
        assertThat(names(envoy.expectAndAck(CLUSTER))).containsExactly("a");
        await().until(() -> xds.sync().synced(next.version()));
    }

    @Test
    void a_removed_listener_is_removed_from_a_gateway_that_was_away() {
        var first = Samples.snapshot();
        first.add(Samples.listener("s3", "main")).add(Samples.listener("gone", "main"));
        var before = runs(first.add(Samples.routes("main")).build());
        xds.restart();
        xds.publish(Samples.snapshot()
                .add(Samples.listener("s3", "main"))
                .add(Samples.routes("main"))
                .build());
        var envoy = comesBack(before);
        envoy.expectAndAck(CLUSTER);
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("s3");
        envoy.expectAndAck(ROUTE);
        envoy.expectNothing();
    }

    @Test
    void a_new_process_is_sent_everything() {
        var snapshot = Samples.gateway("a");
        var before = runs(snapshot, "a");
        leaves(before);
        var next = Samples.gateway("b");
        xds.publish(next);
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        assertThat(names(envoy.expectAndAck(CLUSTER)))
                .as("not what the old process had")
                .containsExactly("b");
        envoy.ask(ENDPOINT, "b");
        envoy.expectAndAck(ENDPOINT);
        envoy.ask(LISTENER);
        envoy.expectAndAck(LISTENER);
        envoy.ask(ROUTE, "main");
        envoy.expectAndAck(ROUTE);
        await().until(() -> xds.sync().synced(next.version()));
    }

    @Test
    void without_a_snapshot_nothing_is_sent() {
        var envoy = xds.connect().withVersion(CLUSTER, "of before");
        envoy.resume("main", "a");
        await().until(() -> !xds.sync().gateways().isEmpty());
        assertThat(xds.gateway().intent()).isNull();
        xds.publish(Samples.gateway("a"));
        assertThat(names(envoy.expectAndAck(CLUSTER))).as("the first response").containsExactly("a");
        // The server reports the event after the response was sent.
        await().untilAsserted(() -> assertThat(xds.log)
                .filteredOn(line -> line.startsWith("sent"))
                .first()
                .asString()
                .startsWith("sent CLUSTER"));
    }

    @Test
    void a_withdrawn_data_path_leaves_its_gateways_as_they_are() {
        var snapshot = Samples.gateway("a");
        var envoy = runs(snapshot, "a");
        long sent = xds.log.stream().filter(line -> line.startsWith("sent")).count();
        xds.store.withdraw(XdsFixture.PATH);
        await().until(() -> xds.gateway().intent() == null);
        assertThat(xds.log.stream().filter(line -> line.startsWith("sent"))).hasSize((int) sent);
        assertThat(envoy.isOpen()).isTrue();
        xds.publish(snapshot);
        envoy.expectNothing();
        await().until(() -> xds.sync().synced(snapshot.version()));
    }

    /** A gateway that has acknowledged all of the snapshot, whose routes are named {@code main}. */
    private ScriptedEnvoy runs(Snapshot snapshot, String... clusters) {
        xds.publish(snapshot);
        var envoy = xds.connect();
        envoy.startUp("main", clusters);
        await().until(() -> xds.sync().synced(snapshot.version()));
        return envoy;
    }

    private void leaves(ScriptedEnvoy envoy) {
        envoy.close();
        await().until(() -> xds.sync().gateways().isEmpty());
    }

    /** The same process on a new connection. */
    private ScriptedEnvoy comesBack(ScriptedEnvoy before, String... clusters) {
        var envoy = xds.connect().withVersionsOf(before);
        envoy.resume("main", clusters);
        return envoy;
    }
}
