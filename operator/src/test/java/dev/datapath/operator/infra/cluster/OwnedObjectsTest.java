package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.apiserver.FakeApiServer;
import dev.datapath.operator.deploy.GatewayNames;
import dev.datapath.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnedObjectsTest {
    private static final Map<String, String> LABELS =
            Map.of("app.kubernetes.io/managed-by", "datapath-operator", "datapath.dev/datapath", "training");
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    private static final String LONG = "x".repeat(900_000);

    private final OwnedObjects<DataPath> owned = OwnedObjects.ofGateways(false);
    private FakeApiServer server;
    private KubernetesClient client;
    private Operator operator;

    @BeforeEach
    void open() throws IOException {
        server = new FakeApiServer();
        client = server.client();
        operator = new Operator(overrider -> overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .checkingCRDAndValidateLocalModel(false));
    }

    @AfterEach
    void close() {
        operator.stop();
        client.close();
        server.close();
    }

    @Test
    void onlyMetadataIsCachedOfForeignObjectsWithOurLabels() {
        for (int i = 0; i < 25; i++) {
            client.resource(configMap("ai", "foreign-" + i)).create();
        }
        start(Set.of());
        for (int i = 0; i < 25; i++) {
            var held = owned.find(ConfigMap.class, new ObjectKey("ai", "foreign-" + i));
            assertThat(held).hasValueSatisfying(map -> {
                assertThat(map.getData()).isEmpty();
                assertThat(map.getMetadata().getAnnotations()).isEmpty();
                assertThat(map.getMetadata().getLabels()).isEqualTo(LABELS);
                assertThat(map.getMetadata().getUid()).isNotEmpty();
            });
        }
        client.resource(configMap("ai", "later")).create();
        await().until(() ->
                owned.find(ConfigMap.class, new ObjectKey("ai", "later")).isPresent());
        assertThat(owned.find(ConfigMap.class, new ObjectKey("ai", "later")))
                .hasValueSatisfying(map -> assertThat(map.getData()).isEmpty());
        assertThat(owned.of(ConfigMap.class, TRAINING)).isEmpty();
    }

    @Test
    void longDataIsReadOnDemand() {
        var dataPath = client.resource(dataPath("ai")).create();
        var name = GatewayNames.of("training").decisions();
        client.resource(owned(dataPath, name)).create();
        client.resource(owned(dataPath, "of-no-such-name")).create();
        start(Set.of());
        assertThat(owned.of(ConfigMap.class, TRAINING))
                .hasSize(2)
                .allSatisfy(
                        map -> assertThat(Serialization.asJson(map).length()).isLessThan(2_000));
        var whole = owned.whole(ConfigMap.class, new ObjectKey("ai", name));
        assertThat(whole)
                .hasValueSatisfying(map -> assertThat(map.getData()).isEqualTo(Map.of("key", LONG, "short", "y")));
    }

    @Test
    void anUnchangedObjectWithOmittedDataIsNotRewritten() {
        var dataPath = client.resource(dataPath("ai")).create();
        start(Set.of());
        var applier = new ObjectApplier(client, owned, InstantSource.system());
        var name = new ObjectKey("ai", GatewayNames.of("training").decisions());
        assertThat(applier.applyFirst(dataPath, owned(dataPath, name.name())).written())
                .isEqualTo(1);
        await().until(() -> owned.find(ConfigMap.class, name).isPresent());
        assertThat(applier.applyFirst(dataPath, owned(dataPath, name.name())).written())
                .isZero();

        client.configMaps()
                .inNamespace("ai")
                .withName(name.name())
                .edit(map ->
                        new ConfigMapBuilder(map).addToData("key", LONG + "z").build());
        await().until(() ->
                applier.applyFirst(dataPath, owned(dataPath, name.name())).written() == 1);
        assertThat(server.get(ConfigMap.class, "ai", name.name()))
                .hasValueSatisfying(map -> assertThat(map.getData()).containsEntry("key", LONG));
    }

    @Test
    void objectsOfSeveralWatchedNamespacesAreCached() {
        client.resource(configMap("ai", "one")).create();
        client.resource(configMap("bi", "two")).create();
        client.resource(configMap("ci", "three")).create();
        start(Set.of("ai", "bi"));
        assertThat(owned.find(ConfigMap.class, new ObjectKey("ai", "one"))).isPresent();
        assertThat(owned.find(ConfigMap.class, new ObjectKey("bi", "two"))).isPresent();
        assertThat(owned.find(ConfigMap.class, new ObjectKey("ci", "three"))).isEmpty();
    }

    private void start(Set<String> namespaces) {
        operator.register(new Watching(), (ControllerConfigurationOverrider<DataPath> overrider) -> {
            if (!namespaces.isEmpty()) {
                overrider.settingNamespaces(namespaces);
            }
        });
        operator.start();
    }

    private final class Watching implements Reconciler<DataPath> {
        @Override
        public List<EventSource<?, DataPath>> prepareEventSources(EventSourceContext<DataPath> context) {
            return owned.eventSources(context);
        }

        @Override
        public UpdateControl<DataPath> reconcile(DataPath dataPath, Context<DataPath> context) {
            return UpdateControl.noUpdate();
        }
    }

    private static DataPath dataPath(String namespace) {
        return Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training, namespace: %s}
                spec:
                  listeners: [{name: clear, protocol: HTTP, port: 8081}]
                """.formatted(namespace), DataPath.class);
    }

    private static ConfigMap owned(HasMetadata owner, String name) {
        return new ConfigMapBuilder(configMap("ai", name))
                .editMetadata()
                .withAnnotations(Map.of())
                .addNewOwnerReference()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .addToData("short", "y")
                .build();
    }

    private static ConfigMap configMap(String namespace, String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .withLabels(LABELS)
                .addToAnnotations("long", "x".repeat(100_000))
                .endMetadata()
                .addToData("key", LONG)
                .build();
    }
}
