package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.FieldPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The locations of the parts of an object in its text: a tree parallel to the object's own. The location of a field is
 * that of its key, the location of a list item is that of its first character. Lines and columns count from 1; lines
 * are relative to the start of the document's text.
 */
final class Positions {
    private static final String[] NO_NAMES = {};
    private static final Positions[] NO_PARTS = {};

    private final int line;
    private final int column;
    private final String[] names;
    private final Positions[] parts;

    private Positions(int line, int column, String[] names, Positions[] parts) {
        this.line = line;
        this.column = column;
        this.names = names;
        this.parts = parts;
    }

    static Positions of(int line, int column) {
        return new Positions(line, column, NO_NAMES, NO_PARTS);
    }

    static Positions ofList(int line, int column, List<Positions> items) {
        return new Positions(line, column, NO_NAMES, items.toArray(NO_PARTS));
    }

    static Positions ofObject(int line, int column, List<String> names, List<Positions> fields) {
        return new Positions(line, column, names.toArray(NO_NAMES), fields.toArray(NO_PARTS));
    }

    /** The same parts at the location of their key. */
    Positions at(int keyLine, int keyColumn) {
        return new Positions(keyLine, keyColumn, names, parts);
    }

    /** The number of values with a location. */
    int size() {
        int size = 1;
        for (Positions part : parts) {
            size += part.size();
        }
        return size;
    }

    int line() {
        return line;
    }

    int column() {
        return column;
    }

    /** The location of a field, or of the closest enclosing part in the text. */
    Positions find(FieldPath path) {
        Positions at = this;
        for (Object step : path.steps()) {
            Positions next = at.part(step);
            if (next == null) {
                return at;
            }
            at = next;
        }
        return at;
    }

    Positions item(int index) {
        return index < parts.length ? parts[index] : this;
    }

    private @Nullable Positions part(Object step) {
        if (step instanceof Integer index) {
            return names.length == 0 && index < parts.length ? parts[index] : null;
        }
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(step)) {
                return parts[i];
            }
        }
        return null;
    }
}
