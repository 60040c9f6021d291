package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {

    @ParameterizedTest
    @CsvSource({
        "0s, PT0S, 0s",
        "250ms, PT0.25S, 250ms",
        "1500ms, PT1.5S, 1s500ms",
        "1m30s, PT1M30S, 1m30s",
        "90m, PT1H30M, 1h30m",
        "1h2m3s4ms, PT1H2M3.004S, 1h2m3s4ms",
        "30d, PT720H, 720h"
    })
    void durationsAreParsedAndFormatted(String text, Duration duration, String shortest) {
        assertThat(DurationText.parse(text)).contains(duration);
        assertThat(DurationText.format(duration)).isEqualTo(shortest);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "1", "s", "1.5s", "-1s", "1 s", "1S", "100000s", "1s1s1s1s1s", "PT1S", "1sx", "1μs"})
    void otherTextIsNotADuration(String text) {
        assertThat(DurationText.parse(text)).isEmpty();
    }
}
