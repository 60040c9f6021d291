package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.FieldPath;
import java.nio.file.Path;

/** The location of an object's text. */
public final class Source {
    private final Path file;
    private final int lineOffset;
    private final Positions positions;

    /** @param lineOffset number of lines of the file before the text of the positions */
    Source(Path file, int lineOffset, Positions positions) {
        this.file = file;
        this.lineOffset = lineOffset;
        this.positions = positions;
    }

    public Path file() {
        return file;
    }

    /** The start of the object. */
    public SourceLocation location() {
        return at(positions);
    }

    /**
     * The location of a field, such as {@code spec.rules[0].name}; for an absent field, that of the closest enclosing
     * field.
     */
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
