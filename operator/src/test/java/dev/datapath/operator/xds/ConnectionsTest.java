package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What {@link HostilePeersTest} does not see from outside. */
class ConnectionsTest {
    @AutoClose
    private final Connections connections = new Connections(1, 1, 1);

    /** gRPC would keep the transport of such a connection for ever if this failed. */
    @Test
    void aConnectionMayEndBeforeItsHandshake() {
        assertThatCode(() -> connections.transportTerminated(null)).doesNotThrowAnyException();
    }
}
