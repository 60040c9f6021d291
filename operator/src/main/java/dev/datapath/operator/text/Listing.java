package dev.datapath.operator.text;

import java.util.List;

/** Lists of names in messages. A message stays short however many names there are. */
public final class Listing {
    private Listing() {}

    /** The first names, and the number of the others. */
    public static String of(List<String> names, int most) {
        return of(names, most, ", ");
    }

    /** The same with a different separator. */
    public static String of(List<String> names, int most, String separator) {
        return String.join(separator, names.subList(0, Math.min(most, names.size())))
                + (names.size() > most ? " and " + (names.size() - most) + " more" : "");
    }
}
