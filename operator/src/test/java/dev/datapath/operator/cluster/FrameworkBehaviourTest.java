package dev.datapath.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.apiserver.FakeApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.EventHandler;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Behaviour of JOSDK 5.2 that this package works around. When a test fails after an upgrade, its workaround is no longer needed:
 * see docs/adr/0022.
 */
class FrameworkBehaviourTest {
    private static final ResourceID TRAINING = new ResourceID("training", "ai");

    private final Watching reconciler = new Watching();
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
        operator.register(reconciler);
        operator.start();
    }

    @AfterEach
    void close() {
        reconciler.mayForget.countDown();
        operator.stop();
        client.close();
        server.close();
    }

    /** {@link Dependents#deleted} triggers the new object nevertheless. */
    @Test
    void objectCreatedWhileADeletionIsReconciledIsNotReconciled() {
        var second = createdDuringTheDeletionOf(create("training"));
        reconciler.mayForget.countDown();
        await().until(() -> reconciler.forgotten);
        await().during(Duration.ofMillis(500)).until(() -> !reconciler.seen.contains(uid(second)));
    }

    /** {@link Triggers} emits an update event of the object instead. */
    @Test
    void eventsOtherThanChangesOfAForgottenObjectAreDropped() {
        var second = createdDuringTheDeletionOf(create("training"));
        reconciler.mayForget.countDown();
        await().until(() -> reconciler.forgotten);
        reconciler.events.emit(TRAINING);
        await().during(Duration.ofMillis(500)).until(() -> !reconciler.seen.contains(uid(second)));

        var triggers = new Triggers<>("triggers", reconciler.primaries.getPrimaryCache());
        triggers.setEventHandler(reconciler.events.handler());
        triggers.start();
        triggers.trigger(TRAINING);
        await().untilAsserted(() -> assertThat(reconciler.seen).contains(uid(second)));
    }

    private DataPath createdDuringTheDeletionOf(DataPath first) {
        await().until(() -> reconciler.seen.contains(uid(first)));
        client.resource(first).delete();
        await().until(() -> reconciler.deletionReported);
        var second = create("training");
        // Events come in the order of the watch.
        var other = create("other");
        await().until(() -> reconciler.seen.contains(uid(other)));
        return second;
    }

    private DataPath create(String name) {
        return client.resource(Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %s, namespace: ai}
                spec: {listeners: [{name: clear, protocol: HTTP, port: 8081}]}
                """.formatted(name), DataPath.class))
                .create();
    }

    private static String uid(HasMetadata object) {
        return object.getMetadata().getUid();
    }

    @ControllerConfiguration(triggerReconcilerOnAllEvents = true)
    private static final class Watching implements Reconciler<DataPath> {
        private final List<String> seen = new CopyOnWriteArrayList<>();
        private final CountDownLatch mayForget = new CountDownLatch(1);
        private final Emitted events = new Emitted();
        private volatile EventSourceContext<DataPath> primaries;
        private volatile boolean deletionReported;
        private volatile boolean forgotten;

        @Override
        public List<EventSource<?, DataPath>> prepareEventSources(EventSourceContext<DataPath> context) {
            primaries = context;
            return List.of(events);
        }

        @Override
        public UpdateControl<DataPath> reconcile(DataPath dataPath, Context<DataPath> context) throws Exception {
            if (context.isPrimaryResourceDeleted()) {
                deletionReported = true;
                mayForget.await();
                forgotten = true;
            } else {
                seen.add(uid(dataPath));
            }
            return UpdateControl.noUpdate();
        }
    }

    /** An event source that emits events for a test. */
    private static final class Emitted extends AbstractEventSource<Void, DataPath> {
        Emitted() {
            super(Void.class, "reported");
        }

        void emit(ResourceID primary) {
            getEventHandler().handleEvent(new Event(primary));
        }

        EventHandler handler() {
            return getEventHandler();
        }

        @Override
        public Set<Void> getSecondaryResources(DataPath primary) {
            return Set.of();
        }
    }
}
