package dev.datapath.operator.compile;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads IP addresses without ever asking a name server. */
final class IpAddress {
    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}");
    private static final Pattern IPV6_SHAPE = Pattern.compile("[0-9A-Fa-f:][0-9A-Fa-f:.]{1,44}");

    private IpAddress() {}

    /** The address, or empty when the text is not one in the usual form. */
    static Optional<InetAddress> parse(@Nullable String text) {
        if (text == null
                || !(IPV4.matcher(text).matches()
                        || text.indexOf(':') >= 0 && IPV6_SHAPE.matcher(text).matches())) {
            return Optional.empty();
        }
        try {
            // A text of this shape with a colon is read as a literal or refused, never looked up.
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** One form for all spellings of the same address. */
    static String canonical(InetAddress address) {
        return address.getHostAddress();
    }
}
