package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ENDPOINT;
import static dev.datapath.operator.xds.ResourceType.LISTENER;
import static dev.datapath.operator.xds.ResourceType.ROUTE;
import static dev.datapath.operator.xds.ResourceType.SECRET;
import static dev.datapath.operator.xds.ScriptedEnvoy.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("tier2")
class RejectionTest {
    @RegisterExtension
    private final XdsFixture xds = new XdsFixture();

    @Test
    void a_rejected_version_is_not_sent_again_and_the_next_one_is() {
        var good = Samples.gateway("a");
        xds.publish(good);
        var envoy = xds.connect();
        envoy.startUp("main", "a");

        var bad = Samples.gatewayWith(Samples.snapshot(), 666, "a");
        xds.publish(bad);
        var clusters = envoy.expect(CLUSTER);
        envoy.expectAndAck(ENDPOINT);
        envoy.nack(clusters, "Invalid duration");
        envoy.expectNothing();
        await().until(() -> xds.gateway().rejecting());
        assertThat(xds.sync().synced(bad.version())).isFalse();
        assertThat(xds.gateway().types().get(CLUSTER))
                .isEqualTo(new TypeState(
                        bad.version(CLUSTER),
                        good.version(CLUSTER),
                        null,
                        List.of(new Rejection(bad.version(CLUSTER), "Invalid duration", "a")),
                        0));
        xds.publish(Samples.gatewayWith(Samples.snapshot(), 666, "a"));
        envoy.expectNothing();

        var next = Samples.gatewayWith(Samples.snapshot(), 3, "a");
        xds.publish(next);
        envoy.expectAndAck(CLUSTER);
        envoy.expectAndAck(ENDPOINT);
        await().until(() -> xds.sync().synced(next.version()));
        assertThat(xds.gateway().rejecting()).isFalse();
    }

    @Test
    void going_back_to_the_version_before_a_rejected_one_sends_it_again() {
        var good = Samples.gateway("a");
        xds.publish(good);
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        var bad = Samples.snapshot();
        bad.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", 9001));
        bad.add(Samples.listener("s3", "main")).add(Samples.routes("main", "a"));
        bad.add(Samples.listener("extra", "main", 666));
        xds.publish(bad.build());
        envoy.nack(envoy.expect(LISTENER), "cannot bind '127.0.0.1:666'");
        // Envoy may have accepted some of the listeners: only the complete valid set is certain.
        xds.publish(good);
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("s3");
        await().until(() -> xds.sync().synced(good.version()));
        assertThat(xds.gateway().rejecting()).isFalse();
    }

    @Test
    void rejected_routes_do_not_stop_endpoints_and_secrets() {
        xds.publish(Samples.gatewayWith(Samples.snapshot().add(Samples.secret("key", "1")), 1, "a"));
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        envoy.ask(SECRET, "key");
        envoy.expectAndAck(SECRET);

        var next = Samples.snapshot().add(Samples.secret("key", "1"));
        next.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", 9001));
        next.add(Samples.listener("s3", "main")).add(Samples.routes("main", "a", "a"));
        xds.publish(next.build());
        envoy.nack(envoy.expect(ROUTE), "duplicate");
        await().until(() -> xds.gateway().rejecting());

        var later = Samples.snapshot().add(Samples.secret("key", "2"));
        later.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", 9001, 9002));
        later.add(Samples.listener("s3", "main")).add(Samples.routes("main", "a", "a"));
        xds.publish(later.build());
        envoy.expectAndAck(SECRET);
        envoy.expectAndAck(ENDPOINT);
        envoy.expectNothing();
    }

    @Test
    void rejected_routes_keep_the_clusters_that_the_last_good_ones_name() {
        xds.publish(Samples.gateway("old"));
        var envoy = xds.connect();
        envoy.startUp("main", "old");
        xds.publish(Samples.gateway("new"));
        envoy.expectAndAck(CLUSTER);
        envoy.ask(ENDPOINT, "new", "old");
        envoy.expectAndAck(ENDPOINT);
        envoy.nack(envoy.expect(ROUTE), "bad route");
        envoy.expectNothing();
        xds.publish(Samples.gateway("newest"));
        assertThat(names(envoy.expectAndAck(CLUSTER))).containsExactly("newest", "old");
        envoy.ask(ENDPOINT, "newest", "old");
        envoy.expectAndAck(ENDPOINT);
        envoy.expectAndAck(ROUTE);
        assertThat(names(envoy.expectAndAck(CLUSTER))).containsExactly("newest");
    }

    @Test
    void a_rejected_cluster_stops_only_the_routes_that_name_it() {
        var before = Samples.snapshot();
        before.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", 9001));
        before.add(Samples.listener("s3", "one")).add(Samples.listener("batch", "two"));
        before.add(Samples.routes("one")).add(Samples.routes("two"));
        xds.publish(before.build());
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        envoy.expectAndAck(CLUSTER);
        envoy.ask(ENDPOINT, "a");
        envoy.expectAndAck(ENDPOINT);
        envoy.ask(LISTENER);
        envoy.expectAndAck(LISTENER);
        envoy.ask(ROUTE, "one", "two");
        envoy.expectAndAck(ROUTE);

        var next = Samples.snapshot();
        next.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", 9001));
        next.add(Samples.cluster("bad", 666)).add(Samples.endpoints("bad", 9001));
        next.add(Samples.listener("s3", "one")).add(Samples.listener("batch", "two"));
        next.add(Samples.routes("one", "a")).add(Samples.routes("two", "bad"));
        xds.publish(next.build());
        envoy.nack(envoy.expect(CLUSTER), "Invalid duration");
        assertThat(names(envoy.expectAndAck(ROUTE))).containsExactly("one");
        envoy.expectNothing();
    }

    @Test
    void listeners_wait_while_one_of_them_names_a_rejected_cluster() {
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        var next = Samples.snapshot();
        next.add(Samples.cluster("a", 1)).add(Samples.endpoints("a", 9001));
        next.add(Samples.cluster("bad", 666)).add(Samples.endpoints("bad", 9001));
        next.add(Samples.listener("s3", "main")).add(Samples.routes("main", "a"));
        xds.publish(next.add(Samples.tcpListener("raw", "bad")).build());
        envoy.nack(envoy.expect(CLUSTER), "Invalid duration");
        envoy.expectNothing();
        xds.publish(Samples.gatewayWith(Samples.snapshot().add(Samples.tcpListener("raw", "a")), 1, "a"));
        envoy.expectAndAck(CLUSTER);
        envoy.expectAndAck(LISTENER);
    }

    @Test
    void the_good_ones_of_resources_that_were_rejected_together_arrive() {
        var before = Samples.snapshot();
        for (var name : new String[] {"a", "b", "c", "d"}) {
            before.add(Samples.cluster(name, 1)).add(Samples.endpoints(name, 9001));
        }
        xds.publish(before.build());
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        envoy.expectAndAck(CLUSTER);
        envoy.ask(ENDPOINT, "a", "b", "c", "d");
        envoy.expectAndAck(ENDPOINT);

        var next = Samples.snapshot();
        for (var name : new String[] {"a", "b", "c", "d"}) {
            next.add(Samples.cluster(name, 1)).add(Samples.endpoints(name, name.equals("c") ? 666 : 9002));
        }
        xds.publish(next.build());
        envoy.nack(envoy.expect(ENDPOINT), "one of them is bad");
        assertThat(names(envoy.expectAndAck(ENDPOINT))).containsExactly("a", "b");
        var half = envoy.expect(ENDPOINT);
        assertThat(names(half)).containsExactly("c", "d");
        envoy.nack(half, "one of them is bad");
        var culprit = envoy.expect(ENDPOINT);
        assertThat(names(culprit)).containsExactly("c");
        envoy.nack(culprit, "malformed IP address");
        assertThat(names(envoy.expectAndAck(ENDPOINT))).containsExactly("d");
        envoy.expectNothing();
        await().untilAsserted(
                        () -> assertThat(xds.gateway().types().get(ENDPOINT).rejection())
                                .isEqualTo(new Rejection(culprit.getVersionInfo(), "malformed IP address", "c")));
    }

    /** Weights of nodes are endpoints that an operator decides in addition to the declarations. */
    @Test
    void rejectedDecisionsLeaveTheIntentAcknowledgedAndStayVisible() {
        var declared = Samples.gateway("pool");
        xds.publish(declared);
        var envoy = xds.connect();
        envoy.startUp("main", "pool");
        await().until(() -> xds.sync().synced(declared.intent()));

        xds.publish(decided(declared, 666));
        envoy.nack(envoy.expect(ENDPOINT), "malformed IP address");
        await().until(() -> xds.gateway().rejecting());
        assertThat(xds.gateway().rejections()).containsExactly("pool: malformed IP address");
        assertThat(xds.sync().synced(declared.intent()))
                .as("it runs what was declared")
                .isTrue();

        xds.publish(decided(declared, 667));
        var next = envoy.expect(ENDPOINT);
        await().until(() -> xds.gateway().types().get(ENDPOINT).waitingSince() != null);
        assertThat(xds.gateway().rejections())
                .as("nothing is better while the next one is on its way")
                .containsExactly("pool: malformed IP address");
        envoy.nack(next, "another reason");
        await().until(() -> xds.gateway().rejections().equals(List.of("pool: another reason")));
        assertThat(xds.sync().synced(declared.intent())).isTrue();

        xds.publish(declared);
        envoy.expectAndAck(ENDPOINT);
        await().until(() -> !xds.gateway().rejecting());
        assertThat(xds.sync().synced(declared.intent())).isTrue();
    }

    @Test
    void rejectedEndpointsOfANewIntentAreNotSynced() {
        var declared = Samples.gateway("pool");
        xds.publish(declared);
        var envoy = xds.connect();
        envoy.startUp("main", "pool");
        await().until(() -> xds.sync().synced(declared.intent()));

        var next = decided(declared, 666, "next");
        xds.publish(next);
        envoy.nack(envoy.expect(ENDPOINT), "malformed IP address");
        await().until(() -> xds.gateway().rejecting());
        assertThat(xds.sync().synced("next")).isFalse();
        assertThat(xds.sync().synced(declared.intent())).isFalse();
    }

    /** Its content from an earlier stream is unknown. */
    @Test
    void rejectedDecisionsOnANewStreamAreNotSynced() {
        var declared = Samples.gateway("pool");
        xds.publish(decided(declared, 666));
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        envoy.expectAndAck(CLUSTER);
        envoy.ask(ENDPOINT, "pool");
        envoy.nack(envoy.expect(ENDPOINT), "malformed IP address");
        envoy.ask(LISTENER);
        envoy.expectAndAck(LISTENER);
        envoy.ask(ROUTE, "main");
        await().until(() -> xds.gateway().rejecting());
        assertThat(xds.sync().synced(declared.intent())).isFalse();
    }

    private static Snapshot decided(Snapshot declared, int port) {
        return decided(declared, port, declared.intent());
    }

    private static Snapshot decided(Snapshot declared, int port, String intent) {
        var snapshot = Samples.snapshot().intent(intent);
        declared.of(CLUSTER).values().forEach(snapshot::add);
        declared.of(LISTENER).values().forEach(snapshot::add);
        declared.of(ROUTE).values().forEach(snapshot::add);
        return snapshot.add(Samples.endpoints("pool", port)).build();
    }

    @Test
    void reasons_leave_the_server_without_keys_and_short() {
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        envoy.nack(envoy.expect(CLUSTER), """
                Proto constraint validation failed: name: "a"
                inline_string: "-----BEGIN PRIVATE KEY-----
                MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg
                -----END PRIVATE KEY-----"
                (ClusterValidationError.Name: value length must be at least 1 characters)
                """);
        await().until(() -> xds.gateway().rejecting());
        assertThat(xds.gateway().types().get(CLUSTER).rejection().message())
                .isEqualTo("(ClusterValidationError.Name: value length must be at least 1 characters)");
        assertThat(xds.log).noneMatch(line -> line.contains("PRIVATE") || line.contains("MIGHAgEA"));
    }
}
