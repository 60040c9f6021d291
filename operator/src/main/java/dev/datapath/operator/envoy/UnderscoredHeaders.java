package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Header names that equal a header of rules after a server replaces hyphens, as CGI does (RFC 3875, 4.1.18): a store behind such a
 * server treats {@code x_amz_copy_source} as {@code x-amz-copy-source}. Only these are rejected. Other names with underscores are
 * valid.
 */
final class UnderscoredHeaders {

    /**
     * For a name with more hyphens, only the spelling without any hyphen is rejected, because the number of spellings doubles with
     * each hyphen.
     */
    private static final int HYPHENS = 6;

    private UnderscoredHeaders() {}

    /** Rejects the other spellings of these names; empty when there are none. */
    static Optional<FieldMatcher> guard(Collection<String> names) {
        var spellings = new TreeSet<String>();
        names.forEach(name -> spellings.addAll(spellings(name)));
        names.forEach(spellings::remove);
        return spellings.isEmpty()
                ? Optional.empty()
                : Optional.of(Guards.reject(
                        "guard/header",
                        Predicates.any(spellings.stream()
                                .map(spelling -> Predicates.matches(spelling, HeaderValues.ANYTHING))
                                .toList()),
                        "The name of a header that rules match must be spelled with hyphens."));
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
