package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GatewayStateTest {

    @Test
    void aRejectionNamesTheResourceOnce() {
        var state = new GatewayState(
                "gateway-1",
                Instant.EPOCH,
                null,
                Map.of(
                        ResourceType.SECRET,
                        rejecting("Failed to load certificate chain from <inline>", "certificate/ai/web"),
                        ResourceType.LISTENER,
                        rejecting("Error adding/updating listener(s) s3: bad", "s3"),
                        ResourceType.ROUTE,
                        rejecting("Only a single wildcard domain is permitted", "s3"),
                        ResourceType.CLUSTER,
                        rejecting("several are bad", null)));

        assertThat(state.rejections())
                .containsExactly(
                        "Error adding/updating listener(s) s3: bad",
                        "certificate/ai/web: Failed to load certificate chain from <inline>",
                        "routes of listener s3: Only a single wildcard domain is permitted",
                        "several are bad");
    }

    private static TypeState rejecting(String message, @Nullable String resource) {
        return new TypeState("2", "1", null, List.of(new Rejection("2", message, resource)), 0);
    }
}
