package dev.datapath.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicySpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectRoomTest {
    private static final long NAMESPACE = 4 << 20;

    private final ObjectRoom room = new ObjectRoom(16 * NAMESPACE);

    @Test
    void oneStateOfAnObjectIsHeldOnceAndCountsOnce() {
        var first = policy("ai", "a", "1");
        for (int i = 0; i < 100; i++) {
            assertThat(room.take(i == 0 ? first : policy("ai", "a", "1"), NAMESPACE / 8))
                    .isSameAs(first);
        }
        var next = policy("ai", "a", "2");
        assertThat(room.take(next, NAMESPACE / 8)).isSameAs(next);
        assertThat(LeftOutObject.problem(next)).isEmpty();
    }

    @Test
    void anObjectThatChangesCountsWithItsLastSize() {
        for (int version = 1; version <= 100; version++) {
            var next = policy("ai", "a", String.valueOf(version));
            assertThat(room.take(next, version % 2 == 0 ? ObjectRoom.MOST_BYTES : 1))
                    .isSameAs(next);
            assertThat(LeftOutObject.problem(next)).isEmpty();
        }
        var held = new ArrayList<Object>();
        for (int i = 0; i < 3; i++) {
            held.add(room.take(policy("ai", "b" + i, "1"), ObjectRoom.MOST_BYTES));
        }
        assertThat(held)
                .allSatisfy(
                        object -> assertThat(((RoutingPolicy) object).getSpec()).isNotNull());
    }

    @Test
    void anObjectThatIsTooLargeIsLeftOut() {
        var large = room.take(policy("ai", "a", "1"), ObjectRoom.MOST_BYTES + 1);
        assertThat(large.getSpec()).isNull();
        assertThat(LeftOutObject.problem(large)).get().asString().contains("1025 KiB", "divide it");
        assertThat(room.take(policy("ai", "a", "2"), ObjectRoom.MOST_BYTES).getSpec())
                .isNotNull();
    }

    @Test
    void aNamespaceHasAPartAndTheOthersHaveTheRest() {
        var held = new ArrayList<Object>();
        for (int i = 0; i < 4; i++) {
            held.add(room.take(policy("ai", "a" + i, "1"), ObjectRoom.MOST_BYTES));
        }
        var more = room.take(policy("ai", "more", "1"), 1);
        assertThat(LeftOutObject.problem(more)).get().asString().contains("namespace", "4096 KiB", "delete objects");
        for (int i = 0; i < 12; i++) {
            held.add(room.take(policy("n" + i / 4, "a" + i, "1"), ObjectRoom.MOST_BYTES));
        }
        assertThat(held)
                .allSatisfy(
                        object -> assertThat(((RoutingPolicy) object).getSpec()).isNotNull());
        assertThat(LeftOutObject.problem(room.take(policy("other", "large", "1"), MemoryBudget.SMALL + 1)))
                .get()
                .asString()
                .contains("all namespaces");
        assertThat(LeftOutObject.problem(room.take(policy("other", "small", "1"), MemoryBudget.SMALL)))
                .isEmpty();
    }

    @Test
    void whatNoCacheHoldsAnyMoreTakesNoRoom() {
        for (int i = 0; i < 4; i++) {
            room.take(policy("ai", "a" + i, "1"), ObjectRoom.MOST_BYTES);
        }
        assertThat(LeftOutObject.problem(room.take(policy("ai", "next", "1"), ObjectRoom.MOST_BYTES)))
                .isEmpty();
    }

    private static RoutingPolicy policy(String namespace, String name, String version) {
        var policy = new RoutingPolicy();
        policy.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withName(name)
                .withUid(namespace + "/" + name)
                .withResourceVersion(version)
                .build());
        policy.setSpec(new RoutingPolicySpec(List.of(), List.of()));
        return policy;
    }
}
