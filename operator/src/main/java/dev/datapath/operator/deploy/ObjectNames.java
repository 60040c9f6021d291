package dev.datapath.operator.deploy;

import dev.datapath.operator.text.Sha256;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Derives object names from the names of users' objects. The CRDs only admit names that are valid for a Service. These functions
 * accept every name that Kubernetes allows for an object, also with dots, with a leading digit or with 253 characters. Different
 * names give different results.
 */
final class ObjectNames {
    private static final int LONGEST = 63;
    /** Number of hex digits of the digest, which replaces truncated or invalid characters. */
    private static final int DIGEST = 8;

    private static final Pattern DNS_1035 = Pattern.compile("[a-z]([a-z0-9-]*[a-z0-9])?");
    private static final Pattern OTHERS = Pattern.compile("[^a-z0-9-]");
    private static final Pattern HYPHENS_AT_END = Pattern.compile("-+$");

    private ObjectNames() {}

    /** Name and suffix if that is a DNS-1035 label (RFC 1035, as required for a Service); otherwise a similar valid label. */
    static String label(String name, String suffix) {
        if (name.length() + suffix.length() <= LONGEST && DNS_1035.matcher(name).matches()) {
            return name + suffix;
        }
        var replaced = OTHERS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("-");
        var lettered = !replaced.isEmpty() && Character.isLetter(replaced.charAt(0)) ? replaced : "x" + replaced;
        return cut(lettered, LONGEST - suffix.length() - DIGEST - 1) + "-" + digest(name) + suffix;
    }

    /** The name as the value of a label, which has at most 63 characters. */
    static String labelValue(String name) {
        return name.length() <= LONGEST ? name : cut(name, LONGEST - DIGEST - 1) + "-" + digest(name);
    }

    private static String cut(String text, int length) {
        return HYPHENS_AT_END
                .matcher(text.substring(0, Math.min(length, text.length())))
                .replaceAll("");
    }

    private static String digest(String name) {
        return Sha256.hex(name, DIGEST / 2);
    }
}
