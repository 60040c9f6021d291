package dev.datapath.operator.deploy;

import dev.datapath.operator.text.Sha256;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Names made from the names of users' objects. The definitions admit only names from which a Service can be named; these
 * functions take every name that Kubernetes has for an object, also those with dots, with a digit in front or of 253
 * characters, and give different names for different ones.
 */
final class ObjectNames {
    private static final int LONGEST = 63;
    /** Digits of the digest that stands for what was cut off or replaced. */
    private static final int DIGEST = 8;

    private static final Pattern DNS_1035 = Pattern.compile("[a-z]([a-z0-9-]*[a-z0-9])?");
    private static final Pattern OTHERS = Pattern.compile("[^a-z0-9-]");
    private static final Pattern HYPHENS_AT_END = Pattern.compile("-+$");

    private ObjectNames() {}

    /** The name and the suffix when that is a DNS-1035 label (RFC 1035, what a Service is named by); else one like it. */
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
