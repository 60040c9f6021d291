package dev.datapath.operator.text;

import java.util.regex.Pattern;

/** Names made from the names of objects, for places that take less than the 253 characters that those may have. */
public final class BoundedName {
    private static final int DIGEST_BYTES = 5;
    /** A part of a DNS name may not end with one, nor begin with the dash before the digest. */
    private static final Pattern SEPARATORS_AT_END = Pattern.compile("[-._]+$");

    private BoundedName() {}

    /**
     * The name where it is short enough; else its beginning and a digest, which tells it from others.
     *
     * @param longest in characters, more than the 11 of the digest
     */
    public static String of(String name, int longest) {
        if (name.length() <= longest) {
            return name;
        }
        var begin = name.substring(0, longest - 2 * DIGEST_BYTES - 1);
        return SEPARATORS_AT_END.matcher(begin).replaceAll("") + "-" + Sha256.hex(name, DIGEST_BYTES);
    }
}
