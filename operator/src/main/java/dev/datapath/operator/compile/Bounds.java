package dev.datapath.operator.compile;

import dev.datapath.operator.model.Reason;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads values that the schema already bounds. A value out of range is reported and replaced by the default. The rest of the object
 * applies.
 */
final class Bounds {
    private Bounds() {}

    /** The value, or the default when it is missing or out of range. The latter is reported. */
    static int integer(Report at, @Nullable Integer value, int fallback, int least, int most) {
        if (value == null || value >= least && value <= most) {
            return value == null ? fallback : value;
        }
        at.error(
                Reason.Invalid,
                value + " is out of range: write a number from " + least + " to " + most + "; until then " + fallback
                        + " is used");
        return fallback;
    }

    /** The duration, or the default when it is missing, malformed or out of range. The latter two are reported. */
    static Duration duration(Report at, @Nullable String text, Duration fallback, Duration least, Duration most) {
        var example = DurationText.format(fallback);
        return optionalDuration(at, text, least, most, example, "until then " + example + " is used")
                .orElse(fallback);
    }

    /**
     * The duration; empty when it is missing, malformed or out of range. The latter two are reported with the given consequence.
     */
    static Optional<Duration> optionalDuration(
            Report at, @Nullable String text, Duration least, Duration most, String example, String instead) {
        if (text == null) {
            return Optional.empty();
        }
        var duration =
                DurationText.parse(text).filter(value -> value.compareTo(least) >= 0 && value.compareTo(most) <= 0);
        if (duration.isEmpty()) {
            at.error(
                    Reason.Invalid,
                    "\"" + text + "\" is not a duration from " + DurationText.format(least) + " to "
                            + DurationText.format(most) + ": write one, such as " + example + "; " + instead);
        }
        return duration;
    }
}
