package dev.datapath.operator.admission;

import com.google.re2j.Pattern;
import dev.datapath.operator.net.Cidr;
import dev.datapath.operator.net.IpAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The {@code format} values that an API server checks on text, limited to those that the CRDs of this product may use. Unknown
 * formats are accepted, as Kubernetes does.
 */
final class Formats {
    private record Format(String expected, Predicate<String> accepts) {}

    private static final Pattern DURATION =
            Pattern.compile("^\\s*([-+])?([0-9]*(\\.[0-9]*)?(h|m|s|ms|us|µs|ns)|0)+\\s*$");
    private static final Pattern HOSTNAME = Pattern.compile(
            "^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\\.)*[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$");
    private static final Pattern UUID =
            Pattern.compile("^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$");

    private static final Map<String, Format> KNOWN = Map.of(
            "date-time", new Format("a time such as 2030-01-31T12:00:00Z", Formats::isDateTime),
            "date", new Format("a date such as 2030-01-31", Formats::isDate),
            "duration",
                    new Format(
                            "a duration such as 250ms, 10s or 1h30m",
                            text -> DURATION.matcher(text).find()),
            "byte", new Format("base64 text", Formats::isBase64),
            "ipv4", new Format("an IPv4 address such as 10.0.0.1", text -> isIp(text, false)),
            "ipv6", new Format("an IPv6 address such as fd00::1", text -> isIp(text, true)),
            "cidr",
                    new Format(
                            "a network such as 10.0.0.0/8",
                            text -> Cidr.parse(text).isPresent()),
            "hostname", new Format("a host name such as store.example.com", Formats::isHostname),
            "uri", new Format("an absolute URI such as https://example.com/x", Formats::isUri),
            "uuid", new Format("a UUID", text -> UUID.matcher(text).find()));

    private Formats() {}

    /** The expected form, for an error message; empty when the text has the format. */
    static Optional<String> fault(String format, String text) {
        Format known = KNOWN.get(format);
        return known == null || known.accepts.test(text) ? Optional.empty() : Optional.of(known.expected);
    }

    /** An IPv4-mapped IPv6 address counts as IPv6. */
    private static boolean isIp(String text, boolean ipv6) {
        return (text.indexOf(':') >= 0) == ipv6 && IpAddress.parse(text).isPresent();
    }

    private static boolean isDateTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeException notATime) {
            return false;
        }
    }

    private static boolean isDate(String text) {
        try {
            LocalDate.parse(text);
            return true;
        } catch (DateTimeException notADate) {
            return false;
        }
    }

    private static boolean isBase64(String text) {
        try {
            // Go's encoding/json skips line breaks in base64 and demands padding.
            String compact = text.replace("\n", "").replace("\r", "");
            Base64.getDecoder().decode(compact);
            return compact.length() % 4 == 0;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static boolean isHostname(String text) {
        return text.length() <= 255 && HOSTNAME.matcher(text).find();
    }

    private static boolean isUri(String text) {
        try {
            URI uri = new URI(text);
            return uri.isAbsolute() || text.startsWith("/");
        } catch (URISyntaxException notAUri) {
            return false;
        }
    }
}
