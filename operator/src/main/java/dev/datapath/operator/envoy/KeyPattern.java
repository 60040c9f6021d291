package dev.datapath.operator.envoy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a prefix of an object key may stand in a path. A key is sent percent-encoded, and nothing forbids a client to
 * encode more than it must; the store decodes both to the same key, so a rule must see both.
 */
final class KeyPattern {

    private static final String UNRESERVED = "-._~/";

    /**
     * Matches a target that holds more than unreserved characters and single slashes: its key may be spelled otherwise than
     * {@link #canonical} spells it, or a store may take it for another one.
     */
    static final String UNUSUAL = ".*(?:[^A-Za-z0-9._~/-]|//).*";

    /** One slash or several, percent-encoded or not, as stores have them that keep objects as files: backslashes are slashes. */
    static final String SLASHES = "(?:/|%2[fF]|\\\\|%5[cC])+";

    private KeyPattern() {}

    /** As S3 clients spell it: UTF-8, everything but unreserved characters (RFC 3986) and slashes percent-encoded. */
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

    /** An expression for every spelling of the prefix: each octet as it is or percent-encoded, with hexadecimal digits in either case. */
    static String everySpelling(String prefix) {
        return everySpelling(prefix, false);
    }

    /**
     * The same. In a header a blank and octets beyond ASCII may stand as they are; in a path Envoy refuses them.
     *
     * @param plusIsBlank whether a plus sign is taken for a blank, as in queries
     */
    static String everySpelling(String prefix, boolean plusIsBlank) {
        return octets(prefix).mapToObj(octet -> spellings(octet, plusIsBlank)).collect(Collectors.joining());
    }

    /** The same for a text whose case does not matter, in an expression that ignores case. An encoded capital is another octet. */
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
     * The same for what some store takes for a key with this prefix: several slashes or backslashes for a slash, and a plus
     * sign for a blank, as S3Proxy does.
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

    /** An expression for an octet that is percent-encoded, in either case. */
    static String encoded(int octet) {
        return "%" + anyCase(octet >> 4) + anyCase(octet & 0xf);
    }

    private static String anyCase(int nibble) {
        char digit = Character.forDigit(nibble, 16);
        return nibble < 10 ? String.valueOf(digit) : "[" + digit + Character.toUpperCase(digit) + "]";
    }

    /** An octet as an expression that matches only itself: Envoy's expressions read octets, not characters. */
    static String literal(int octet) {
        if (octet < 0x20 || octet > 0x7e) {
            return String.format("\\x%02x", octet);
        }
        return (Character.isLetterOrDigit(octet) ? "" : "\\") + (char) octet;
    }
}
