package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ENDPOINT;
import static dev.datapath.operator.xds.ResourceType.ROUTE;
import static dev.datapath.operator.xds.ResourceType.RUNTIME;
import static dev.datapath.operator.xds.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("tier2")
class KeptNamesTest {
    private static final String OTHER = "team-b/logs";
    private static final int PER_DATA_PATH = 256 * 1024;
    private static final int ALL = 512 * 1024;
    /** A gateway that requests these names for each type uses a third of its DataPath's limit. */
    private static final String[] UNKNOWN = names("unknown-" + "n".repeat(1000) + "-", 20);

    private final KeptNames kept = new KeptNames(PER_DATA_PATH, ALL);

    @RegisterExtension
    private final XdsFixture xds = new XdsFixture(server -> server.keptNames(kept));

    @Test
    void streamsThatRequestTooManyUnknownNamesAreClosed() {
        xds.publish(Samples.gateway("a"));
        xds.store.publish(OTHER, Samples.gateway("b"));
        var victim = xds.connect(OTHER, "gateway-1");
        victim.startUp("main", "b");

        var attackers = new ArrayList<ScriptedEnvoy>();
        for (int i = 0; i < 20; i++) {
            var attacker = xds.connect(XdsFixture.PATH, "gateway-" + i);
            attackers.add(attacker);
            for (var type : List.of(SECRET, RUNTIME, ENDPOINT, ROUTE)) {
                attacker.ask(type, UNKNOWN);
            }
        }
        await().until(() -> ended(attackers).size() == 18);
        assertThat(ended(attackers))
                .allSatisfy(attacker ->
                        assertThat(attacker.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
        assertThat(kept.total()).isPositive().isLessThanOrEqualTo(PER_DATA_PATH);
        assertThat(xds.log)
                .contains("refused: the gateways of DataPath team-a/images request too many unknown resource names");

        assertThat(victim.isOpen()).isTrue();
        xds.store.publish(OTHER, Samples.gateway("b", "c"));
        victim.expectAndAck(CLUSTER);
        var another = xds.connect(OTHER, "gateway-2");
        another.startUp("main", "b", "c");
    }

    @Test
    void aClosedStreamUsesNoMemory() {
        xds.publish(Samples.gateway("a"));
        var first = xds.connect(XdsFixture.PATH, "gateway-1");
        first.ask(ENDPOINT, names("unknown-" + "n".repeat(1000) + "-", 200));
        await().until(() -> kept.total() > PER_DATA_PATH / 2);
        var second = xds.connect(XdsFixture.PATH, "gateway-2");
        second.ask(ENDPOINT, names("unknown-" + "n".repeat(1000) + "-", 200));
        assertThat(second.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        first.close();
        await().until(() -> kept.total() == 0);
        var third = xds.connect(XdsFixture.PATH, "gateway-3");
        third.ask(ENDPOINT, names("unknown-" + "n".repeat(1000) + "-", 200));
        await().until(() -> kept.total() > PER_DATA_PATH / 2);
        third.ask(ENDPOINT, "a");
        assertThat(third.expect(ENDPOINT).getResourcesCount()).isOne();
        assertThat(kept.total()).isZero();
    }

    @Test
    void namesOfALargeConfigurationCostNothing() {
        var clusters = names("cluster-" + "n".repeat(200) + "-", 2000);
        xds.publish(Samples.gateway(clusters));
        var gateway = xds.connect();
        gateway.startUp("main", clusters);
        await().until(() -> xds.gateway().intent() != null);
        assertThat(kept.total()).isZero();

        xds.publish(Samples.gateway(clusters[0]));
        gateway.expectAndAck(ROUTE);
        gateway.expectAndAck(CLUSTER); // the gateway still asks for the endpoints of all former clusters
        gateway.expectNothing();
        assertThat(kept.total()).isZero();
        gateway.ask(ENDPOINT, clusters[0]);
        gateway.expectNothing();
    }

    @Test
    void aNameIsServedAndCostsNothingWhenItsResourceAppears() {
        xds.publish(Samples.gateway("a"));
        var gateway = xds.connect();
        gateway.ask(ENDPOINT, "a", "b");
        gateway.expectAndAck(ENDPOINT);
        assertThat(kept.total()).isEqualTo(KeptNames.bytes("b"));
        xds.publish(Samples.gateway("a", "b"));
        assertThat(ScriptedEnvoy.names(gateway.expectAndAck(ENDPOINT))).containsExactly("b");
        assertThat(kept.total()).isZero();
        xds.publish(Samples.gateway("a"));
        gateway.expectNothing();
        assertThat(kept.total()).isZero();
    }

    @Test
    void namesBeforeTheFirstConfigurationAreServedLater() {
        var gateway = xds.connect();
        gateway.ask(ENDPOINT, "a");
        await().until(() -> kept.total() == KeptNames.bytes("a"));
        xds.publish(Samples.gateway("a"));
        assertThat(ScriptedEnvoy.names(gateway.expect(ENDPOINT))).containsExactly("a");
        assertThat(kept.total()).isZero();
    }

    @Test
    void eachDataPathHasAMinimumWhenOthersUseAll() {
        var first = kept.open("team-a/images");
        var second = kept.open("team-b/images");
        var third = kept.open("team-c/images");
        assertThat(first.keep(PER_DATA_PATH + 1)).isFalse();
        assertThat(first.keep(PER_DATA_PATH)).isTrue();
        assertThat(second.keep(PER_DATA_PATH)).isTrue();
        assertThat(third.keep(64 * 1024)).isTrue();
        assertThat(third.keep(64 * 1024 + 1)).isFalse();
        assertThat(kept.total()).isEqualTo(ALL + 64 * 1024);
        second.close();
        assertThat(third.keep(64 * 1024 + 1)).isTrue();
        first.close();
        third.close();
        assertThat(kept.total()).isZero();
    }

    @Test
    void theLargestRequestFitsIntoTheSmallestShare() {
        long largest = RequestLimits.MAX_BYTES + RequestLimits.MAX_NAMES * KeptNames.bytes("");
        assertThat(KeptNames.ofHeap(256 << 20).open("team-a/images").keep(largest))
                .isTrue();
    }

    @Test
    void charactersOutsideLatin1TakeTwice() {
        assertThat(KeptNames.bytes("é")).isEqualTo(129);
        assertThat(KeptNames.bytes("€a")).isEqualTo(132);
    }

    @Test
    void theLogHasOneLineInTenSeconds() {
        var now = Instant.parse("2026-11-01T12:00:00Z");
        assertThat(kept.mayLog(now)).isTrue();
        assertThat(kept.mayLog(now.plus(Duration.ofMillis(9_999)))).isFalse();
        assertThat(kept.mayLog(now.plus(Duration.ofSeconds(10)))).isTrue();
    }

    private static List<ScriptedEnvoy> ended(List<ScriptedEnvoy> streams) {
        return streams.stream().filter(stream -> !stream.isOpen()).toList();
    }

    private static String[] names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
    }
}
