package dev.datapath.operator.text;

import java.util.regex.Pattern;

/** Derives names from the names of objects, for places that allow fewer than 253 characters. */
public final class BoundedName {
    private static final int DIGEST_BYTES = 5;
    /** A DNS label may not end with one of these, nor start with the dash before the digest. */
    private static final Pattern SEPARATORS_AT_END = Pattern.compile("[-._]+$");

    private BoundedName() {}

    /**
     * The name if it is short enough, otherwise its beginning and a digest that makes it unique.
     *
     * @param longest maximum number of characters, more than the 11 of the digest
     */
    public static String of(String name, int longest) {
        if (name.length() <= longest) {
            return name;
        }
        var begin = name.substring(0, longest - 2 * DIGEST_BYTES - 1);
        return SEPARATORS_AT_END.matcher(begin).replaceAll("") + "-" + Sha256.hex(name, DIGEST_BYTES);
    }
}
