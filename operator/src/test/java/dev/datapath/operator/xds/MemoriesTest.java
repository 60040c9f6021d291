package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoriesTest {
    private static final String PATH = "team-a/images";
    private static final Memory MEMORY =
            new Memory(Map.of(ResourceType.LISTENER, new Memory.Content("1", List.of(), null)));

    private Instant now = Instant.parse("2026-11-01T12:00:00Z");
    private final Memories memories = new Memories(() -> now);

    @Test
    void aReconnectedGatewayIsRecalledOnce() {
        memories.remember(PATH, "g-0", MEMORY);
        assertThat(memories.recall(PATH, "g-1")).isEqualTo(Memory.NONE);
        assertThat(memories.recall("team-b/images", "g-0")).isEqualTo(Memory.NONE);
        assertThat(memories.recall(PATH, "g-0")).isEqualTo(MEMORY);
        assertThat(memories.recall(PATH, "g-0")).isEqualTo(Memory.NONE);
    }

    @Test
    void aGatewayThatDoesNotReconnectIsForgotten() {
        memories.remember(PATH, "g-0", MEMORY);
        now = now.plusSeconds(1);
        memories.remember(PATH, "g-1", MEMORY);
        now = now.plus(Memories.MAX_AGE).minusMillis(1);
        memories.forgetOld();
        assertThat(memories.size()).isEqualTo(1);
        assertThat(memories.recall(PATH, "g-1")).isEqualTo(MEMORY);
    }

    @Test
    void aLateReconnectIsNotRecalled() {
        memories.remember(PATH, "g-0", MEMORY);
        now = now.plus(Memories.MAX_AGE).plusMillis(1);
        assertThat(memories.recall(PATH, "g-0")).isEqualTo(Memory.NONE);
        assertThat(memories.size()).isZero();
    }

    @Test
    void theGatewaysOfADataPathAreForgottenWithIt() {
        memories.remember(PATH, "g-0", MEMORY);
        memories.remember("team-b/images", "g-0", MEMORY);
        memories.forget(PATH);
        assertThat(memories.recall(PATH, "g-0")).isEqualTo(Memory.NONE);
        assertThat(memories.recall("team-b/images", "g-0")).isEqualTo(MEMORY);
    }

    @Test
    void theOldestOfTooManyIsForgotten() {
        memories.remember(PATH, "back", MEMORY);
        for (int i = 0; i < Memories.MAX_REMEMBERED; i++) {
            memories.remember(PATH, "g-" + i, MEMORY);
            memories.remember(PATH, "back", MEMORY);
        }
        assertThat(memories.size()).isEqualTo(Memories.MAX_REMEMBERED);
        assertThat(memories.recall(PATH, "g-0")).isEqualTo(Memory.NONE);
        assertThat(memories.recall(PATH, "back")).isEqualTo(MEMORY);
    }
}
