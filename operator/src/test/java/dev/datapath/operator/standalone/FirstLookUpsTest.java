package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.plan.ObjectKey;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstLookUpsTest {
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    private static final List<String> NAMES = List.of("node-1", "node-2");
    private static final Instant START = Instant.EPOCH;

    private final FirstLookUps lookUps = new FirstLookUps();

    @Test
    void aPlanWaitsUntilAllItsNamesWereLookedUp() {
        assertThat(lookUps.wait(TRAINING, NAMES, List.of(), START)).isTrue();
        assertThat(lookUps.wait(TRAINING, NAMES, List.of("node-2"), START)).isTrue();
        assertThat(lookUps.underWay()).isTrue();
        assertThat(lookUps.wait(TRAINING, NAMES, NAMES, START)).isFalse();
        assertThat(lookUps.underWay()).isFalse();
    }

    @Test
    void notForLonger() {
        assertThat(lookUps.wait(TRAINING, NAMES, List.of(), START)).isTrue();
        var end = START.plus(FirstLookUps.PATIENCE);
        assertThat(lookUps.end()).contains(end);
        assertThat(lookUps.wait(TRAINING, NAMES, List.of(), end.minusMillis(1))).isTrue();
        assertThat(lookUps.wait(TRAINING, NAMES, List.of(), end)).isFalse();
        assertThat(lookUps.end()).isEmpty();
    }

    @Test
    void withoutNamesItDoesNotWait() {
        assertThat(lookUps.wait(TRAINING, List.of(), List.of(), START)).isFalse();
    }

    @Test
    void whatIsGoneWaitsForNothing() {
        lookUps.wait(TRAINING, NAMES, List.of(), START);
        lookUps.retain(List.of());
        assertThat(lookUps.underWay()).isFalse();
    }
}
