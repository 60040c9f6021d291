package dev.datapath.operator.xds;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Converts Envoy's error messages for status and logs. A validation error contains the whole resource, including keys,
 * and the reason on the last line.
 */
final class EnvoyMessage {
    static final int MAX_LENGTH = 512;

    private static final int READ_AT_MOST = 16 * 1024;
    private static final String LISTENERS = "Error adding/updating listener(s) ";
    private static final Pattern LISTENER = Pattern.compile("[^\\s:]+: ");
    private static final String REMOVED = "[removed]";
    private static final Pattern PEM_WITHOUT_START =
            Pattern.compile("^(?:(?!-----BEGIN).)*-----END[^-]*-----", Pattern.DOTALL);
    private static final Pattern PEM = Pattern.compile("-----BEGIN.*?(?:-----END[^-]*-----|$)", Pattern.DOTALL);
    private static final Pattern INLINE =
            Pattern.compile("(inline_?(?:string|bytes)\"?\\s*:\\s*)\"[^\"]*(?:\"|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern ENCODED = Pattern.compile("[A-Za-z0-9+/=]{48,}");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\s]+");

    private EnvoyMessage() {}

    /** Returns the reason without keys and certificates, with at most 512 characters. */
    static String clean(String message) {
        var text = message.length() > READ_AT_MOST ? message.substring(message.length() - READ_AT_MOST) : message;
        text = PEM_WITHOUT_START.matcher(text).replaceAll(REMOVED);
        text = PEM.matcher(text).replaceAll(REMOVED);
        text = INLINE.matcher(text).replaceAll("$1" + REMOVED);
        text = ENCODED.matcher(text).replaceAll(REMOVED);
        var lines = text.lines()
                .filter(line -> line.chars().anyMatch(Character::isLetter))
                .toList();
        var reason = lines.isEmpty()
                ? "rejected without a reason"
                : isListing(lines) ? String.join(" ", lines) : lines.getLast();
        reason = CONTROL.matcher(reason).replaceAll(" ").strip();
        return reason.length() <= MAX_LENGTH ? reason : reason.substring(0, MAX_LENGTH - 1) + "…";
    }

    /** For several listeners Envoy writes one line each. */
    private static boolean isListing(List<String> lines) {
        return lines.getFirst().startsWith(LISTENERS)
                && lines.stream()
                        .skip(1)
                        .allMatch(line -> LISTENER.matcher(line).lookingAt());
    }
}
