package dev.datapath.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.datapath.operator.apiserver.FakeApiServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OperatorClientTest {
    @Test
    void aWriteThatFailsIsRepeatedOnce() throws Exception {
        try (var server = new FakeApiServer();
                var client = OperatorClient.of(server.config()).build()) {
            server.breakWrites(write -> true);
            assertThatThrownBy(() -> create(client)).isInstanceOf(KubernetesClientException.class);
            assertThat(server.writes()).hasSize(2);
        }
    }

    @Test
    void aWriteThatFailsForAMomentSucceeds() throws Exception {
        try (var server = new FakeApiServer();
                var client = OperatorClient.of(server.config()).build()) {
            var failures = new AtomicInteger(1);
            server.breakWrites(write -> failures.getAndDecrement() > 0);
            create(client);
            assertThat(server.writes()).hasSize(2);
        }
    }

    private static void create(KubernetesClient client) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace("ai")
                        .withName("some")
                        .endMetadata()
                        .build())
                .create();
    }
}
