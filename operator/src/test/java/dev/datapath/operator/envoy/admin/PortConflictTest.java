package dev.datapath.operator.envoy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PortConflictTest {
    @Test
    void everyListenerInEnvoysMessageIsFound() {
        var message = "Error adding/updating listener(s) s3: cannot bind '127.0.0.1:80': Permission denied "
                + "tls: cannot bind '[::1]:8443': Address already in use";
        var conflicts = PortConflict.of("training-0", List.of(message));
        assertThat(conflicts)
                .containsExactly(
                        new PortConflict("training-0", "s3", "127.0.0.1:80", "Permission denied"),
                        new PortConflict("training-0", "tls", "[::1]:8443", "Address already in use"));
        assertThat(conflicts.getFirst().message()).contains("a port of 1024 or above");
    }

    @Test
    void dataPathThatUsesThePortIsNamed() {
        var message = "Error adding/updating listener(s) a: cannot bind '0.0.0.0:8080': Address already in use "
                + "b: cannot bind '0.0.0.0:8081': Address already in use";
        var told = PortConflict.withHolder(message, port -> port == 8080 ? Optional.of("ai/images") : Optional.empty());

        assertThat(PortConflict.of("training-0", List.of(told)))
                .extracting(PortConflict::message)
                .containsExactly(
                        "listener a of gateway training-0 cannot open 0.0.0.0:8080 (address already in use by a gateway of DataPath"
                                + " ai/images): give one of the two another port in spec.listeners; until then this is retried",
                        "listener b of gateway training-0 cannot open 0.0.0.0:8081 (address already in use): stop the program, or"
                                + " the gateway of another DataPath, that uses it, or choose another port in spec.listeners; until then this"
                                + " is retried");
    }

    @Test
    void otherRejectionsAreIgnored() {
        assertThat(PortConflict.of("training-0", List.of("Only a single wildcard domain is permitted in route rc")))
                .isEmpty();
    }
}
