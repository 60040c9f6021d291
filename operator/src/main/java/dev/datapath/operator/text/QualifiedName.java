package dev.datapath.operator.text;

import java.util.regex.Pattern;

/**
 * Keys of labels and annotations, and names of extended resources: the qualified names of Kubernetes (apimachinery,
 * {@code validation.IsQualifiedName}).
 */
public final class QualifiedName {
    /** The format of a key, for messages. */
    public static final String FORMAT =
            "at most 63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit, after an optional DNS name and '/'";

    private static final int LONGEST_NAME = 63;
    private static final int LONGEST_PREFIX = 253;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

    private QualifiedName() {}

    /** Whether the API server accepts this key. */
    public static boolean isValid(String key) {
        int slash = key.indexOf('/');
        var name = key.substring(slash + 1);
        return name.length() <= LONGEST_NAME
                && NAME.matcher(name).matches()
                && (slash < 0 || isDnsSubdomain(key.substring(0, slash)));
    }

    private static boolean isDnsSubdomain(String prefix) {
        if (prefix.isEmpty() || prefix.length() > LONGEST_PREFIX) {
            return false;
        }
        for (var label : prefix.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                return false;
            }
        }
        return true;
    }
}
