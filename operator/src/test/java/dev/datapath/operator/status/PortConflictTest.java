package dev.datapath.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PortConflictTest {
    @Test
    void findsEveryListenerInEnvoysMessage() {
        var message = "Error adding/updating listener(s) s3: cannot bind '127.0.0.1:80': Permission denied "
                + "tls: cannot bind '[::1]:8443': Address already in use";
        var conflicts = PortConflict.of(new GatewayView("training-0", true, false, List.of(message), ""));
        assertThat(conflicts)
                .containsExactly(
                        new PortConflict("training-0", "s3", "127.0.0.1:80", "Permission denied"),
                        new PortConflict("training-0", "tls", "[::1]:8443", "Address already in use"));
        assertThat(conflicts.getFirst().message()).contains("a port from 1024 on");
    }

    @Test
    void leavesOtherRejectionsAlone() {
        assertThat(PortConflict.of(new GatewayView(
                        "training-0",
                        true,
                        false,
                        List.of("Only a single wildcard domain is permitted in route rc"),
                        "")))
                .isEmpty();
    }
}
