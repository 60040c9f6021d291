package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.GatewayView;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ReconnectsTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final GatewayView SYNCED = new GatewayView("a", true, true, List.of(), "");
    private static final GatewayView AWAY = new GatewayView("b", true, false, List.of(), "is not connected");
    private static final GatewayView DOWN = new GatewayView("b", false, false, List.of(), "");
    private static final GatewayView REFUSES = new GatewayView("b", true, false, List.of("no"), "");

    private final AtomicReference<Instant> now = new AtomicReference<>(T0);
    private final Reconnects reconnects = new Reconnects(now::get);

    @Test
    void theStatusWaitsBrieflyForADisconnectedGateway() {
        assertThat(reconnects.pause(programmed(), fleet(SYNCED, AWAY), false)).contains(Reconnects.PATIENCE);
        now.set(T0.plusSeconds(2));
        assertThat(reconnects.pause(programmed(), fleet(SYNCED, AWAY), false))
                .contains(Reconnects.PATIENCE.minus(Duration.ofSeconds(2)));
        now.set(T0.plus(Reconnects.PATIENCE));
        assertThat(reconnects.pause(programmed(), fleet(SYNCED, AWAY), false)).isEmpty();
    }

    @Test
    void theStatusDoesNotWaitForGatewaysStartedWithoutAnOperator() {
        assertThat(reconnects.pause(programmed(), fleet(SYNCED, AWAY), true)).isEmpty();
    }

    @Test
    void aReconnectRestartsTheWait() {
        reconnects.pause(programmed(), fleet(SYNCED, AWAY), false);
        now.set(T0.plus(Reconnects.PATIENCE));
        assertThat(reconnects.pause(programmed(), fleet(SYNCED, SYNCED), false)).isEmpty();
        assertThat(reconnects.pause(programmed(), fleet(SYNCED, AWAY), false)).contains(Reconnects.PATIENCE);
    }

    @Test
    void otherGatewayChangesAreReportedAtOnce() {
        assertThat(reconnects.pause(programmed(), fleet(SYNCED, DOWN), false)).isEmpty();
        assertThat(reconnects.pause(programmed(), fleet(SYNCED, REFUSES), false))
                .isEmpty();
    }

    @Test
    void theStatusDoesNotWaitAfterANewVersion() {
        assertThat(reconnects.pause(dataPath("True", "before"), fleet(SYNCED, AWAY), false))
                .isEmpty();
        assertThat(reconnects.pause(dataPath("False", "v1"), fleet(SYNCED, AWAY), false))
                .isEmpty();
    }

    private static Fleet fleet(GatewayView... gateways) {
        return new Fleet(2, List.of(gateways), "v1", 1, "");
    }

    private static DataPath programmed() {
        return dataPath("True", "v1");
    }

    private static DataPath dataPath(String programmed, String version) {
        return Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {namespace: ai, name: training, generation: 3}
                spec: {listeners: [{name: s3, protocol: HTTP, port: 9000}]}
                status:
                  observedGeneration: 3
                  configVersion: %s
                  conditions: [{type: Programmed, status: "%s"}]
                """.formatted(version, programmed), DataPath.class);
    }
}
