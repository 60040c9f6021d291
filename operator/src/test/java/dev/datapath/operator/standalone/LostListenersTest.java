package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.envoy.admin.PortConflict;
import dev.datapath.operator.envoy.admin.ServedListeners;
import dev.datapath.operator.model.ObjectKey;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LostListenersTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final GatewayId ID = new GatewayId(new ObjectKey("ai", "training"), 0);
    private static final Set<String> BOTH = Set.of("s3", "tls");

    private final LostListeners lost = new LostListeners();

    @Test
    void aListenerIsLostWhenItIsUnservedLongerThanTheDelay() {
        assertThat(lost.of(ID, BOTH, Set.of("s3"), T0)).isEmpty();
        assertThat(lost.nextStep(T0)).contains(T0.plus(LostListeners.PATIENCE));
        assertThat(lost.of(ID, BOTH, Set.of("s3"), T0.plusMillis(2999))).isEmpty();
        assertThat(lost.of(ID, BOTH, Set.of("s3"), T0.plusSeconds(3))).containsExactly("tls");
        assertThat(lost.of(ID, BOTH, BOTH, T0.plusSeconds(4))).isEmpty();
        assertThat(lost.nextStep(T0.plusSeconds(4))).isEmpty();
    }

    @Test
    void anUnacknowledgedListenerIsNotLost() {
        lost.of(ID, BOTH, Set.of(), T0);
        lost.of(ID, Set.of(), Set.of(), T0.plusSeconds(2));
        assertThat(lost.of(ID, BOTH, Set.of(), T0.plusSeconds(4))).isEmpty();
        lost.retain(Set.of());
        assertThat(lost.of(ID, BOTH, Set.of(), T0.plusSeconds(8))).isEmpty();
    }

    /** A shortened response of Envoy 1.40. */
    @Test
    void readsWhichListenersAreServed() throws IOException {
        assertThat(ServedListeners.names("""
                {"listener_statuses": [
                  {"name": "admin/metrics", "local_address": {"socket_address": {"address": "127.0.0.1", "port_value": 1}}},
                  {"name": "s3", "local_address": {"socket_address": {"address": "127.0.0.1", "port_value": 8080}}}]}
                """)).containsExactly("admin/metrics", "s3");
    }

    @Test
    void aLostListenerIsReportedAsAPortInUse() {
        assertThat(PortConflict.of("training-0", List.of(PortConflict.inUse("s3", "127.0.0.1:8080"))))
                .containsExactly(new PortConflict("training-0", "s3", "127.0.0.1:8080", "Address already in use"));
    }
}
