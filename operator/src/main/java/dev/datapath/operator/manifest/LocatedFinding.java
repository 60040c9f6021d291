package dev.datapath.operator.manifest;

import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Finding.Severity;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.text.VisibleText;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * An error or warning about a file or an object in it, for its owner.
 *
 * @param location location in the file
 * @param severity whether a part of the declaration is not in effect
 * @param object the object; null when the text does not identify it
 * @param field path of the field, such as {@code spec.nodes.static[0].port}; empty for the object or file as a whole
 * @param message the problem and what to write instead
 */
public record LocatedFinding(
        SourceLocation location,
        Severity severity,
        @Nullable ObjectRef object,
        String field,
        String message) implements Comparable<LocatedFinding> {
    private static final Comparator<LocatedFinding> BY_PLACE = Comparator.<LocatedFinding, String>comparing(
                    finding -> finding.location.file().toString())
            .thenComparingInt(finding -> finding.location.line())
            .thenComparingInt(finding -> finding.location.column())
            .thenComparing(LocatedFinding::field)
            .thenComparing(LocatedFinding::message);

    /** Maximum characters of a line; longer lines are truncated. A name may be as long as its file. */
    private static final int LONGEST = 2000;

    /** A finding of the compiler, at the location of its field. */
    public static LocatedFinding of(Finding finding, SourceLocation location) {
        return new LocatedFinding(location, finding.severity(), finding.object(), finding.field(), finding.message());
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    @Override
    public int compareTo(LocatedFinding other) {
        return BY_PLACE.compare(this, other);
    }

    /** {@code file:line: Kind namespace/name: field: message} in one line, without control characters. */
    @Override
    public String toString() {
        return VisibleText.of(
                location + ": " + (object == null ? "" : object + ": ") + (field.isEmpty() ? "" : field + ": ")
                        + message,
                LONGEST);
    }
}
