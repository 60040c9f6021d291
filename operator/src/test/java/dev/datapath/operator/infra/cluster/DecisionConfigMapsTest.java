package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.deploy.Labels;
import dev.datapath.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DecisionConfigMapsTest {
    private final Map<ObjectKey, ConfigMap> applied = new HashMap<>();
    private @Nullable RuntimeException refusal;
    private ApplyResult result = new ApplyResult(1, 0, List.of());
    private final DecisionConfigMaps configMaps =
            new DecisionConfigMaps(name -> Optional.ofNullable(applied.get(name)), (dataPath, configMap) -> {
                if (refusal != null) {
                    throw refusal;
                }
                applied.put(Identity.key(configMap), configMap);
                return result;
            });

    @Test
    void aConfigMapBelongsToItsDataPath() throws IOException {
        assertThat(configMaps.read(dataPath("1"))).isEmpty();
        configMaps.write(dataPath("1"), "text");
        assertThat(configMaps.read(dataPath("1"))).contains("text");

        var name = new ObjectKey("ai", "training-gateway-decisions");
        assertThat(configMaps.place(new ObjectKey("ai", "training"))).isEqualTo("ConfigMap " + name);
        var metadata = applied.get(name).getMetadata();
        assertThat(metadata.getLabels())
                .containsEntry(Labels.MANAGED_BY, Labels.OPERATOR)
                .containsEntry(Labels.DATA_PATH, "training");
        assertThat(metadata.getOwnerReferences()).singleElement().satisfies(owner -> {
            assertThat(owner.getUid()).isEqualTo("1");
            assertThat(owner.getController()).isTrue();
        });
    }

    @Test
    void theConfigMapOfAnotherDataPathOfThatNameIsNotUsed() throws IOException {
        configMaps.write(dataPath("1"), "text");
        assertThat(configMaps.read(dataPath("2"))).isEmpty();
    }

    @Test
    void aConfigMapWithoutTheRecordCannotBeRead() throws IOException {
        configMaps.write(dataPath("1"), "text");
        applied.values().forEach(configMap -> configMap.setData(null));
        assertThatThrownBy(() -> configMaps.read(dataPath("1"))).hasMessage("it has no key decisions.json");
    }

    @Test
    void anObstacleIsAFailureToStore() {
        result = new ApplyResult(
                0, 0, List.of(new ApplyResult.Obstacle(ApplyResult.Obstacle.Kind.NotOurs, "it is not ours")));
        assertThatThrownBy(() -> configMaps.write(dataPath("1"), "text"))
                .isInstanceOf(IOException.class)
                .hasMessage("it is not ours");
        refusal = new KubernetesClientException("connection refused");
        assertThatThrownBy(() -> configMaps.write(dataPath("1"), "text"))
                .isInstanceOf(IOException.class)
                .hasMessage("connection refused");
    }

    private static DataPath dataPath(String uid) {
        var dataPath = new DataPath();
        dataPath.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ai")
                .withName("training")
                .withUid(uid)
                .build());
        return dataPath;
    }
}
