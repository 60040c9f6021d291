package dev.datapath.operator.compile;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Durations in the format of the API (GEP-2257): one to four numbers of at most five digits with the units h, m, s and ms, such as
 * {@code 1h30m} or {@code 250ms}. Windows of objectives also have the unit d for days, such as {@code 30d}.
 */
public final class DurationText {
    private static final Pattern WHOLE = Pattern.compile("([0-9]{1,5}(d|h|ms|m|s)){1,4}");
    private static final Pattern PART = Pattern.compile("([0-9]{1,5})(d|h|ms|m|s)");

    private DurationText() {}

    /** The duration, or empty when the text is not one. */
    public static Optional<Duration> parse(@Nullable String text) {
        if (text == null || text.length() > 32 || !WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        var sum = Duration.ZERO;
        var parts = PART.matcher(text);
        while (parts.find()) {
            var amount = Long.parseLong(parts.group(1));
            sum = sum.plus(
                    switch (parts.group(2)) {
                        case "d" -> Duration.ofDays(amount);
                        case "h" -> Duration.ofHours(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        default -> Duration.ofMillis(amount);
                    });
        }
        return Optional.of(sum);
    }

    /** The shortest text for a duration of whole milliseconds. */
    static String format(Duration duration) {
        var millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        var text = new StringBuilder();
        append(text, millis / 3_600_000, "h");
        append(text, millis / 60_000 % 60, "m");
        append(text, millis / 1000 % 60, "s");
        append(text, millis % 1000, "ms");
        return text.toString();
    }

    private static void append(StringBuilder text, long amount, String unit) {
        if (amount > 0) {
            text.append(amount).append(unit);
        }
    }
}
