package dev.datapath.operator.status;

import java.util.List;

/** Lists in messages, with a limited length. */
final class Listing {
    private Listing() {}

    /** The first names, and the number of the others. */
    static String of(List<String> names, int most) {
        return of(names, most, ", ");
    }

    /** The same with a different separator. */
    static String of(List<String> names, int most, String separator) {
        return String.join(separator, names.subList(0, Math.min(most, names.size())))
                + (names.size() > most ? " and " + (names.size() - most) + " more" : "");
    }
}
