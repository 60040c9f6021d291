package dev.datapath.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.apiserver.FakeApiServer;
import dev.datapath.operator.model.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class EventSourcesTest {
    @AutoClose
    private final FakeApiServer server = new FakeApiServer();

    @AutoClose
    private final KubernetesClient client = server.client();

    @AutoClose("stop")
    private final Operator operator = new Operator(overrider -> overrider
            .withKubernetesClient(client)
            .withCloseClientOnStop(false)
            .withCacheSyncTimeout(Duration.ofSeconds(1))
            .withStopOnInformerErrorDuringStartup(false)
            .checkingCRDAndValidateLocalModel(false));

    private InformerEventSource<DataPath, StoragePool> dataPaths;

    EventSourcesTest() throws IOException {}

    /** The namespace is gone, or its administrator took the operator's permissions there away. */
    @Test
    void aNamespaceThatCannotBeListedConcernsNoOther() {
        var allow = server.denyReads(path -> path.contains("/namespaces/gone/"));
        start(Set.of("ai", "gone"));
        assertThat(EventSources.filled(dataPaths, "ai")).isTrue();
        assertThat(EventSources.filled(dataPaths, "gone")).isFalse();
        assertThat(EventSources.unfilled(Stream.of(dataPaths))).containsExactly("gone");
        assertThat(EventSources.mayExist(dataPaths, new ObjectKey("ai", "training")))
                .isFalse();
        assertThat(EventSources.mayExist(dataPaths, new ObjectKey("gone", "training")))
                .isTrue();

        allow.run();
        await().until(() -> EventSources.filled(dataPaths, "gone"));
    }

    @Test
    void aListOfAllNamespacesFillsEach() {
        var allow = server.denyReads(path -> path.endsWith("/datapaths"));
        start(Set.of());
        assertThat(EventSources.filled(dataPaths, "ai")).isFalse();
        assertThat(EventSources.unfilled(Stream.of(dataPaths))).containsExactly(Constants.WATCH_ALL_NAMESPACES);

        allow.run();
        await().until(() -> EventSources.filled(dataPaths, "ai"));
        assertThat(EventSources.unfilled(Stream.of(dataPaths))).isEmpty();
    }

    private void start(Set<String> namespaces) {
        operator.register(new Watching(), (ControllerConfigurationOverrider<StoragePool> overrider) -> {
            if (!namespaces.isEmpty()) {
                overrider.settingNamespaces(namespaces);
            }
        });
        operator.start();
    }

    private final class Watching implements Reconciler<StoragePool> {
        @Override
        public List<EventSource<?, StoragePool>> prepareEventSources(EventSourceContext<StoragePool> context) {
            dataPaths = EventSources.beside(context, DataPath.class);
            return List.of(dataPaths);
        }

        @Override
        public UpdateControl<StoragePool> reconcile(StoragePool pool, Context<StoragePool> context) {
            return UpdateControl.noUpdate();
        }
    }
}
