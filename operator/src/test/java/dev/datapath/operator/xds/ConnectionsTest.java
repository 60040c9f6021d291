package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Internals that {@link HostilePeersTest} cannot observe from outside. */
class ConnectionsTest {
    @AutoClose
    private final Connections connections = new Connections(1, 1, 1);

    /** If this failed, gRPC would keep the transport of such a connection forever. */
    @Test
    void aConnectionMayEndBeforeItsHandshake() {
        assertThatCode(() -> connections.transportTerminated(null)).doesNotThrowAnyException();
    }
}
