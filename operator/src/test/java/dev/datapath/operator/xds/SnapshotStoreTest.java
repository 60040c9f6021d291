package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotStoreTest {
    private final SnapshotStore store = new SnapshotStore();
    private final List<String> changes = new ArrayList<>();

    @Test
    void aResourceThatStaysAsItIsIsThereOnceHoweverOftenItIsPublished() {
        var first = Samples.gateway("a", "b");
        store.publish("ai/training", first);
        var published = Samples.gateway("a", "c");
        store.publish("ai/training", published);
        var next = store.snapshot("ai/training");

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
    void whatIsEqualChangesNothing() {
        store.publish("ai/training", Samples.gateway("a"));
        var before = store.snapshot("ai/training");
        store.onChange(changes::add);
        store.publish("ai/training", Samples.gateway("a"));
        assertThat(store.snapshot("ai/training")).isSameAs(before);
        assertThat(changes).isEmpty();
        store.publish("ai/training", Samples.gateway("b"));
        assertThat(changes).containsExactly("ai/training");
    }
}
