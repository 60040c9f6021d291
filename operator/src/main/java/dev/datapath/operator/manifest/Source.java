package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.FieldPath;
import java.nio.file.Path;

/** The text that an object comes from. */
public final class Source {
    private final Path file;
    private final int lineOffset;
    private final Positions positions;

    /** @param lineOffset lines of the file before the text that the positions count in */
    Source(Path file, int lineOffset, Positions positions) {
        this.file = file;
        this.lineOffset = lineOffset;
        this.positions = positions;
    }

    public Path file() {
        return file;
    }

    /** Where the object starts. */
    public SourceLocation location() {
        return at(positions);
    }

    /** Where a field stands, such as {@code spec.rules[0].name}; an absent one at the closest field around it. */
    public SourceLocation location(String field) {
        return location(FieldPath.parse(field));
    }

    SourceLocation location(FieldPath field) {
        return at(positions.find(field));
    }

    private SourceLocation at(Positions place) {
        return new SourceLocation(file, lineOffset + place.line(), place.column());
    }
}
