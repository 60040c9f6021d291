package dev.datapath.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceAction;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DependentsTest {
    private final Primaries primaries = new Primaries();
    private final List<Event> events = new ArrayList<>();
    private final Map<Runnable, Duration> later = new LinkedHashMap<>();
    private final Dependents dependents = new Dependents((pause, task) -> later.put(task, pause));
    private final EventSourceContext<StoragePool> context =
            new EventSourceContext<>(primaries, null, null, StoragePool.class);

    /** The framework drops all other events of a primary that it has forgotten. */
    @Test
    void triggerIsAnUpdateEventOfThePrimary() {
        start(dependents.triggers(context));
        var pool = primaries.add("ai", "objectscale");
        dependents.trigger(new ObjectRef("StoragePool", "ai", "objectscale"));
        assertThat(events).singleElement().satisfies(event -> assertIsChange(event, pool));
    }

    @Test
    void changeOfANamespaceTriggersAllItsPrimaries() {
        start(dependents.follow(context));
        var one = primaries.add("ai", "one");
        var two = primaries.add("ai", "two");
        primaries.add("elsewhere", "three");
        dependents.changed("ai");
        assertThat(later.values()).containsExactly(Dependents.COALESCE);
        runLater();
        assertThat(events).satisfiesExactly(first -> assertIsChange(first, one), second -> assertIsChange(second, two));
    }

    @Test
    void missingPrimaryIsNotTriggered() {
        start(dependents.triggers(context));
        dependents.trigger(new ObjectRef("StoragePool", "ai", "objectscale"));
        dependents.trigger(new ObjectRef("Pool", "ai", "objectscale"));
        assertThat(events).isEmpty();
    }

    @Test
    void recreatedObjectIsTriggeredAfterTheFrameworkForgotTheDeletedOne() {
        start(dependents.triggers(context));
        dependents.deleted(new ObjectRef("StoragePool", "ai", "objectscale"));
        var next = primaries.add("ai", "objectscale");
        assertThat(events).isEmpty();
        assertThat(later.values()).containsExactly(Dependents.UNTIL_FORGOTTEN);

        runLater();
        assertThat(events).singleElement().satisfies(event -> assertIsChange(event, next));
    }

    @Test
    void manyChangesOfANamespaceTriggerOnce() {
        start(dependents.follow(context));
        primaries.add("ai", "one");
        primaries.add("elsewhere", "two");
        for (int i = 0; i < 1000; i++) {
            dependents.changed("ai");
        }
        runLater();
        assertThat(events).hasSize(1);
        assertThat(later).isEmpty();
    }

    private void runLater() {
        var due = List.copyOf(later.keySet());
        later.clear();
        due.forEach(Runnable::run);
    }

    private void start(EventSource<Void, StoragePool> source) {
        source.setEventHandler(events::add);
        source.start();
    }

    private static void assertIsChange(Event event, StoragePool pool) {
        assertThat(event).isInstanceOfSatisfying(ResourceEvent.class, change -> {
            assertThat(change.getAction()).isEqualTo(ResourceAction.UPDATED);
            assertThat(change.getRelatedCustomResourceID()).isEqualTo(ResourceID.fromResource(pool));
            assertThat(change.getResource().orElseThrow()).isSameAs(pool);
        });
    }

    private static final class Primaries implements IndexerResourceCache<StoragePool> {
        private final Map<ResourceID, StoragePool> pools = new LinkedHashMap<>();
        private final Map<String, Function<StoragePool, List<String>>> indexers = new LinkedHashMap<>();

        StoragePool add(String namespace, String name) {
            var pool = new StoragePool();
            pool.setMetadata(new ObjectMetaBuilder()
                    .withNamespace(namespace)
                    .withName(name)
                    .build());
            pools.put(ResourceID.fromResource(pool), pool);
            return pool;
        }

        @Override
        public Optional<StoragePool> get(ResourceID id) {
            return Optional.ofNullable(pools.get(id));
        }

        @Override
        public Stream<ResourceID> keys() {
            return pools.keySet().stream();
        }

        @Override
        public Stream<StoragePool> list(Predicate<StoragePool> predicate) {
            return pools.values().stream().filter(predicate);
        }

        @Override
        public Stream<StoragePool> list(String namespace, Predicate<StoragePool> predicate) {
            return list(predicate)
                    .filter(pool -> pool.getMetadata().getNamespace().equals(namespace));
        }

        @Override
        public List<StoragePool> byIndex(String index, String key) {
            var keys = indexers.getOrDefault(index, pool -> List.of());
            return list(pool -> keys.apply(pool).contains(key)).toList();
        }

        @Override
        public void addIndexers(Map<String, Function<StoragePool, List<String>>> more) {
            indexers.putAll(more);
        }
    }
}
