package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Header names that become one that rules read when a server replaces hyphens, as CGI does (RFC 3875, 4.1.18): a store behind
 * such a server takes {@code x_amz_copy_source} for {@code x-amz-copy-source}. Only these are refused; other names with
 * underscores are ordinary.
 */
final class UnderscoredHeaders {

    /** Of a name with more hyphens only the spelling without any hyphen is known: the number of spellings doubles with each. */
    private static final int HYPHENS = 6;

    private UnderscoredHeaders() {}

    /** Refuses the other spellings of these names; empty when there are none. */
    static Optional<FieldMatcher> guard(Collection<String> names) {
        var spellings = new TreeSet<String>();
        names.forEach(name -> spellings.addAll(spellings(name)));
        names.forEach(spellings::remove);
        return spellings.isEmpty()
                ? Optional.empty()
                : Optional.of(Guards.refuse(
                        "guard/header",
                        Predicates.any(spellings.stream()
                                .map(spelling -> Predicates.matches(spelling, HeaderValues.ANYTHING))
                                .toList()),
                        "The name of a header that rules read must be spelled with hyphens."));
    }

    private static List<String> spellings(String name) {
        var parts = name.split("-", -1);
        if (parts.length - 1 > HYPHENS) {
            return List.of(name.replace('-', '_'));
        }
        var spellings = List.of(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            var longer = new ArrayList<String>();
            for (var spelling : spellings) {
                longer.add(spelling + "-" + parts[i]);
                longer.add(spelling + "_" + parts[i]);
            }
            spellings = longer;
        }
        return spellings;
    }
}
