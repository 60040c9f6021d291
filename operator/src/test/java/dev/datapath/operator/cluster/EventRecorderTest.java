package dev.datapath.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventRecorderTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 236, 237, 253})
    void nameOfAnEventIsValid(int length) {
        var object = "p".repeat(length);
        assertThat(EventRecorder.name(object, -1)).hasSizeLessThanOrEqualTo(253).matches("p+(-[0-9a-f]{10})?\\.f{16}");
        assertThat(EventRecorder.name(object, 1)).isNotEqualTo(EventRecorder.name(object, 2));
    }
}
