package dev.datapath.operator.envoy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Expressions for a key prefix in a path. A key is sent percent-encoded, and a client may encode more than necessary. The store
 * decodes all spellings to the same key, so a rule must match all of them.
 */
final class KeyPattern {

    private static final String UNRESERVED = "-._~/";

    /**
     * Matches a target with other characters than unreserved ones and single slashes. Its key may differ from the
     * {@link #canonical} spelling, or a store may read it as another key.
     */
    static final String UNUSUAL = ".*(?:[^A-Za-z0-9._~/-]|//).*";

    /** One or more slashes or backslashes, percent-encoded or not, which stores that keep objects as files treat as one slash. */
    static final String SLASHES = "(?:/|%2[fF]|\\\\|%5[cC])+";

    private KeyPattern() {}

    /** The spelling of S3 clients: UTF-8, with all characters except unreserved ones (RFC 3986) and slashes percent-encoded. */
    static String canonical(String prefix) {
        var encoded = new StringBuilder();
        for (byte octet : prefix.getBytes(StandardCharsets.UTF_8)) {
            int value = octet & 0xff;
            if (unreserved(value)) {
                encoded.append((char) value);
            } else {
                encoded.append(String.format("%%%02X", value));
            }
        }
        return encoded.toString();
    }

    /**
     * An expression for every spelling of the prefix: each octet literal or percent-encoded, with hexadecimal digits in either
     * case.
     */
    static String everySpelling(String prefix) {
        return everySpelling(prefix, false);
    }

    /**
     * As {@link #everySpelling(String)}, also for headers. A header may contain literal blanks and octets beyond ASCII, which Envoy
     * rejects in a path.
     *
     * @param plusIsBlank whether a plus sign stands for a blank, as in queries
     */
    static String everySpelling(String prefix, boolean plusIsBlank) {
        return octets(prefix).mapToObj(octet -> spellings(octet, plusIsBlank)).collect(Collectors.joining());
    }

    /**
     * As {@link #everySpelling(String, boolean)} for case-insensitive text, inside a case-insensitive expression. An encoded
     * capital letter is another octet.
     */
    static String everySpellingInAnyCase(String text, boolean plusIsBlank) {
        return octets(text)
                .mapToObj(octet -> isLetter(octet)
                        ? "(?:" + literal(octet) + "|%[" + ((octet & 0x10) == 0 ? "46" : "57") + "]"
                                + anyCase(octet & 0xf) + ")"
                        : spellings(octet, plusIsBlank))
                .collect(Collectors.joining());
    }

    private static String spellings(int octet, boolean plusIsBlank) {
        return octet == ' ' && plusIsBlank ? "(?: |\\+|%20)" : "(?:" + literal(octet) + "|" + encoded(octet) + ")";
    }

    private static IntStream octets(String text) {
        var octets = text.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, octets.length).map(i -> octets[i] & 0xff);
    }

    private static boolean isLetter(int octet) {
        return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
    }

    /**
     * As {@link #everySpelling(String)}, including keys that some store reads with this prefix: repeated slashes or backslashes for
     * a slash, and a plus sign for a blank, as S3Proxy does.
     */
    static String everySpellingWithMoreSlashes(String prefix) {
        return Arrays.stream(prefix.split("/", -1))
                .map(part -> everySpelling(part, true))
                .collect(Collectors.joining(SLASHES));
    }

    private static boolean unreserved(int value) {
        return (value >= 'a' && value <= 'z')
                || (value >= 'A' && value <= 'Z')
                || (value >= '0' && value <= '9')
                || UNRESERVED.indexOf(value) >= 0;
    }

    /** An expression for a percent-encoded octet, with digits in either case. */
    static String encoded(int octet) {
        return "%" + anyCase(octet >> 4) + anyCase(octet & 0xf);
    }

    private static String anyCase(int nibble) {
        char digit = Character.forDigit(nibble, 16);
        return nibble < 10 ? String.valueOf(digit) : "[" + digit + Character.toUpperCase(digit) + "]";
    }

    /** An expression that only matches this octet: Envoy's expressions match octets, not characters. */
    static String literal(int octet) {
        if (octet < 0x20 || octet > 0x7e) {
            return String.format("\\x%02x", octet);
        }
        return (Character.isLetterOrDigit(octet) ? "" : "\\") + (char) octet;
    }
}
