package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** What conditions tell, or come to tell. */
final class Told {
    /** Long enough for pods to be replaced one after the other. */
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private Told() {}

    /**
     * Waits until a condition tells this.
     *
     * @param conditions as they are now, asked for again and again
     * @param words what the message holds, among other things
     */
    static void by(Supplier<List<Condition>> conditions, String type, String status, String reason, String... words) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(conditions.get())
                        .filteredOn(condition -> condition.getType().equals(type))
                        .singleElement()
                        .satisfies(condition -> {
                            assertThat(condition.getStatus() + "/" + condition.getReason())
                                    .as(condition.getMessage())
                                    .isEqualTo(status + "/" + reason);
                            assertThat(List.of(words))
                                    .allSatisfy(word ->
                                            assertThat(condition.getMessage()).contains(word));
                        }));
    }
}
