package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.apiserver.FakeApiServer;
import dev.datapath.operator.kubernetes.OperatorClient;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A kind that comes with another product: its definition may be deleted while the operator runs, and come back. */
class OptionalKindsTest {
    private final FakeApiServer server = new FakeApiServer();
    private final KubernetesClient client = OperatorClient.of(server.config()).build();
    private Instant now = Instant.EPOCH;
    private final ObjectApplier applier = new ObjectApplier(client, new NothingHeld(), () -> now);
    private final DataPath owner =
            client.resource(Serialization.unmarshal("""
                    apiVersion: datapath.dev/v1alpha1
                    kind: DataPath
                    metadata: {name: training, namespace: ai}
                    spec:
                      listeners: [{name: clear, protocol: HTTP, port: 8081}]
                    """, DataPath.class)).create();

    OptionalKindsTest() throws IOException {}

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void aDefinitionThatWasDeletedIsNoObstacle() {
        var delete = server.installPodMonitors();
        assertThat(apply().written()).isEqualTo(2);
        delete.run();
        client.configMaps().inNamespace("ai").withName("training").delete();

        var result = apply();
        assertThat(result.obstacles()).isEmpty();
        assertThat(result.written()).isEqualTo(1);
        assertThat(server.get(ConfigMap.class, "ai", "training")).isPresent();
    }

    @Test
    void aDefinitionThatWasNeverThereIsNoObstacle() {
        var result = apply();
        assertThat(result.obstacles()).isEmpty();
        assertThat(result.written()).isEqualTo(1);
    }

    @Test
    void itIsTriedAgainLater() {
        apply();
        int requests = server.writes().size();
        apply();
        assertThat(server.writes()).hasSize(requests);

        server.installPodMonitors();
        now = now.plus(Duration.ofMinutes(1));
        assertThat(apply().written()).isEqualTo(1);
    }

    private ApplyResult apply() {
        var monitor = new GenericKubernetesResource();
        monitor.setApiVersion("monitoring.coreos.com/v1");
        monitor.setKind("PodMonitor");
        monitor.setMetadata(metadata());
        return applier.apply(owner, List.of(monitor, configMap()));
    }

    private ConfigMap configMap() {
        return new ConfigMapBuilder().withMetadata(metadata()).build();
    }

    private ObjectMeta metadata() {
        return new ObjectMetaBuilder()
                .withNamespace("ai")
                .withName("training")
                .addNewOwnerReference()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName("training")
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .build();
    }

    private static final class NothingHeld implements ObjectLookup {
        @Override
        public Optional<? extends HasMetadata> find(HasMetadata like) {
            return Optional.empty();
        }

        @Override
        public Collection<? extends HasMetadata> madeFor(HasMetadata owner) {
            return List.of();
        }
    }
}
