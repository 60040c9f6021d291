package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.LISTENER;
import static dev.datapath.operator.xds.ScriptedEnvoy.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A listener that takes the address of another one; Envoy accepts this only after the other one has released it. */
@Tag("tier2")
class MovedListenersTest {
    private static final String DUPLICATE =
            "Error adding/updating listener(s) %1$s: error adding listener: '%1$s' has duplicate address '127.0.0.1:80'";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

    @RegisterExtension
    private final XdsFixture xds = new XdsFixture(server -> server.clock(now::get));

    @Test
    void aListenerIsWithdrawnBeforeAnotherTakesItsAddress() {
        var envoy = start("batch:90", "s3:80");
        var target = Samples.listeners("batch:90", "plain:80", "s3:443");
        xds.publish(target);
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("batch", "plain");
        var whole = envoy.expect(LISTENER);
        assertThat(names(whole)).containsExactly("batch", "plain", "s3");
        assertThat(whole.getVersionInfo()).isEqualTo(target.version(LISTENER));
        assertThat(xds.sync().synced(target.intent()))
                .as("it runs a part of it")
                .isFalse();
        envoy.ack(whole);
        await().until(() -> xds.sync().synced(target.intent()));
        envoy.expectNothing();
    }

    @Test
    void theOrderOfNamesDoesNotMatter() {
        var envoy = start("s3:80");
        xds.publish(Samples.listeners("s3:443", "web:80"));
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("web");
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("s3", "web");
    }

    @Test
    void listenersThatExchangeAddressesAreAllWithdrawn() {
        var envoy = start("a:80", "b:81", "c:82", "d:83");
        xds.publish(Samples.listeners("a:81", "b:82", "c:80", "d:83"));
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("d");
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("a", "b", "c", "d");
        envoy.expectNothing();
    }

    @Test
    void changesWithoutAnAddressConflictAreOneResponse() {
        var envoy = start("a:80", "b:81");
        xds.publish(Samples.listeners("a:82", "b:81", "c:83"));
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("a", "b", "c");
        xds.publish(Samples.listeners("b:81", "d:82"));
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("b", "d");
        envoy.expectNothing();
    }

    @Test
    void aRejectedFirstStepDoesNotLoseTheWithdrawnListener() {
        var envoy = start("s3:80");
        var target = Samples.listeners("plain:80", "s3:443");
        xds.publish(target);
        envoy.nack(envoy.expect(LISTENER), "Error adding/updating listener(s) plain: not good");
        var whole = envoy.expect(LISTENER);
        assertThat(names(whole)).containsExactly("plain", "s3");
        envoy.nack(whole, "Error adding/updating listener(s) plain: not good");
        envoy.expectNothing();
        assertThat(xds.gateway().rejections()).containsExactly("Error adding/updating listener(s) plain: not good");
        xds.publish(Samples.listeners("plain:82", "s3:443"));
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("plain", "s3");
    }

    @Test
    void aChangeBetweenTheStepsLeadsToTheNewTarget() {
        var envoy = start("a:80", "b:81");
        xds.publish(Samples.listeners("a:81", "b:80"));
        var step = envoy.expect(LISTENER);
        assertThat(names(step)).isEmpty();
        var target = Samples.listeners("a:80", "b:81");
        xds.publish(target);
        envoy.ack(step);
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("a", "b");
        await().until(() -> xds.sync().synced(target.intent()));
        envoy.expectNothing();
    }

    @Test
    void eachGatewayMovesIndependently() {
        var envoy = start("s3:80");
        xds.publish(Samples.listeners("plain:80", "s3:443"));
        var step = envoy.expect(LISTENER);
        var other = xds.connect(XdsFixture.PATH, "gateway-2");
        other.startUp("main", "a");
        assertThat(names(step)).containsExactly("plain");
        envoy.ack(step);
        envoy.expectAndAck(LISTENER);
        await().until(() -> xds.sync().gateways().size() == 2
                && xds.sync().synced(xds.store.base(XdsFixture.PATH).intent()));
    }

    /** A restarted operator does not know the gateway's content. */
    @Test
    void listenersRejectedForTheirAddressesAreWithdrawnAndRetriedOnce() {
        var envoy = start("a:80", "b:81", "c:82");
        var target = Samples.listeners("a:81", "b:80", "c:82");
        xds.publish(target);
        envoy.expectAndAck(LISTENER);
        envoy.nack(envoy.expect(LISTENER), DUPLICATE.formatted("a") + "\n" + DUPLICATE.formatted("b"));
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("c");
        assertThat(names(envoy.expectAndAck(LISTENER))).containsExactly("a", "b", "c");
        await().until(() -> xds.sync().synced(target.intent()));
        assertThat(xds.gateway().rejecting()).isFalse();
    }

    @Test
    void temporaryRejectionsAreRetriedWithBackoff() {
        var envoy = start("s3:80");
        var target = Samples.listeners("s3:81");
        xds.publish(target);
        var bind = "Error adding/updating listener(s) s3: cannot bind '127.0.0.1:81': Address already in use";
        envoy.nack(envoy.expect(LISTENER), bind);
        for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            await().until(() -> xds.gateway().rejecting());
            envoy.expectNothing();
            now.updateAndGet(before -> before.plusSeconds(seconds).minusMillis(1));
            envoy.expectNothing();
            now.updateAndGet(before -> before.plusMillis(1));
            envoy.nack(envoy.expect(LISTENER), bind);
        }
        envoy.expectNothing();
        now.updateAndGet(before -> before.plus(Duration.ofMinutes(1)));
        envoy.expectAndAck(LISTENER);
        await().until(() -> xds.sync().synced(target.intent()));
    }

    @Test
    void permanentRejectionsAreNotRetried() {
        var envoy = start("s3:80");
        xds.publish(Samples.listeners("s3:81"));
        envoy.nack(envoy.expect(LISTENER), "Error adding/updating listener(s) s3: not good");
        await().until(() -> xds.gateway().rejecting());
        now.updateAndGet(before -> before.plus(Duration.ofHours(1)));
        envoy.expectNothing();
        assertThat(xds.sent(LISTENER)).isEqualTo(2);
    }

    private ScriptedEnvoy start(String... listeners) {
        var snapshot = Samples.listeners(listeners);
        xds.publish(snapshot);
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        await().until(() -> xds.sync().synced(snapshot.intent()));
        return envoy;
    }
}
