package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotStoreTest {
    private final SnapshotStore store = new SnapshotStore();
    private final List<String> changes = new ArrayList<>();

    @Test
    void anUnchangedResourceIsHeldOnceAcrossPublications() {
        var first = Samples.gateway("a", "b");
        store.publish("ai/training", first);
        var published = Samples.gateway("a", "c");
        store.publish("ai/training", published);
        var next = store.base("ai/training");

        assertThat(next.of(ResourceType.CLUSTER).get("a"))
                .isSameAs(first.of(ResourceType.CLUSTER).get("a"));
        assertThat(next.of(ResourceType.CLUSTER)).containsOnlyKeys("a", "c");
        assertThat(next.version()).isEqualTo(published.version());
        assertThat(next.endpointNames()).isEqualTo(published.endpointNames());
        assertThat(next.routeNames()).isEqualTo(published.routeNames());
        for (var type : ResourceType.values()) {
            assertThat(next.of(type)).isEqualTo(published.of(type));
            assertThat(next.version(type)).isEqualTo(published.version(type));
        }
    }

    @Test
    void equalContentChangesNothing() {
        store.publish("ai/training", Samples.gateway("a"));
        var before = store.base("ai/training");
        store.onChange(changes::add);
        store.publish("ai/training", Samples.gateway("a"));
        assertThat(store.base("ai/training")).isSameAs(before);
        assertThat(changes).isEmpty();
        store.publish("ai/training", Samples.gateway("b"));
        assertThat(changes).containsExactly("ai/training");
    }

    @Test
    void anOverlayIsReappliedOnlyToChangedListeners() {
        var changed = new ArrayList<String>();
        store.overlay("ai/training", "gateway-1", new ListenerOverlay(listener -> {
            changed.add(listener.getName());
            return Optional.of(listener.toBuilder().setStatPrefix("mine").build());
        }));
        var declared = Samples.gateway("a");
        store.publish("ai/training", declared);
        var before = store.snapshot("ai/training", "gateway-1");
        assertThat(before.intent()).isEqualTo(declared.intent());
        assertThat(before.version()).isNotEqualTo(declared.version());

        var decided = Samples.snapshot().intent(declared.intent());
        for (var type : List.of(ResourceType.CLUSTER, ResourceType.LISTENER, ResourceType.ROUTE)) {
            declared.of(type).values().forEach(decided::add);
        }
        store.publish("ai/training", decided.add(Samples.endpoints("a", 9002)).build());
        var after = store.snapshot("ai/training", "gateway-1");
        assertThat(after.intent()).isEqualTo(declared.intent());
        assertThat(after.of(ResourceType.LISTENER).get("s3"))
                .isSameAs(before.of(ResourceType.LISTENER).get("s3"));
        assertThat(changed).containsExactly("s3");
    }
}
