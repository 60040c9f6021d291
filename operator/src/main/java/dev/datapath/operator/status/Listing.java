package dev.datapath.operator.status;

import java.util.List;

/** Enumerations in messages, which have to stay short however much there is to tell. */
final class Listing {
    private Listing() {}

    /** The first of these, and how many more there are. */
    static String of(List<String> names, int most) {
        return of(names, most, ", ");
    }

    /** The same with another separator. */
    static String of(List<String> names, int most, String separator) {
        return String.join(separator, names.subList(0, Math.min(most, names.size())))
                + (names.size() > most ? " and " + (names.size() - most) + " more" : "");
    }
}
