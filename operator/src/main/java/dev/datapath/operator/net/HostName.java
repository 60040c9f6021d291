package dev.datapath.operator.net;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A DNS name. DNS names are case-insensitive (RFC 4343).
 *
 * @param name in lower case without a trailing dot, as in certificates, SNI and Host
 * @param absolute whether it was written with a trailing dot, which excludes search domains (RFC 1034 section 3.1)
 */
public record HostName(String name, boolean absolute) {
    private static final int MAX_LENGTH = 253;
    /** Allows underscores. RFC 1123 forbids them, but name servers have such names. */
    private static final Pattern SYNTAX =
            Pattern.compile("%1$s(\\.%1$s)*".formatted("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"));
    /** Text that inet_aton reads as an IPv4 address: one to four numbers, decimal, octal or hexadecimal. */
    private static final Pattern NUMBERS = Pattern.compile("(0x[0-9a-f]*|[0-9]+)(\\.(0x[0-9a-f]*|[0-9]+)){0,3}");

    /**
     * The name; empty when the text is not a DNS name, or when resolvers read it as an IP address, such as 127.1 and
     * 0x7f.1.
     */
    public static Optional<HostName> parse(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        boolean absolute = text.endsWith(".");
        var name = text.substring(0, text.length() - (absolute ? 1 : 0)).toLowerCase(Locale.ROOT);
        return name.length() <= MAX_LENGTH
                        && SYNTAX.matcher(name).matches()
                        && !NUMBERS.matcher(name).matches()
                ? Optional.of(new HostName(name, absolute))
                : Optional.empty();
    }

    /** The name for resolvers: with the trailing dot if it was written. */
    @Override
    public String toString() {
        return absolute ? name + "." : name;
    }
}
