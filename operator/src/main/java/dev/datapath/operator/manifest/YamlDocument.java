package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.FieldPath;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One document of a file, as far as it is readable.
 *
 * @param fields the object; null when the document contains none
 * @param positions locations of its parts
 * @param faults errors in the text itself
 */
record YamlDocument(@Nullable Map<String, Object> fields, Positions positions, List<Fault> faults) {

    /**
     * An error in the text.
     *
     * @param line from 1, relative to the document's text
     * @param column from 1
     * @param path the part of the object that it may affect
     * @param field the field in messages; empty when the error is in the text
     * @param message the error and the remedy
     */
    record Fault(int line, int column, FieldPath path, String field, String message) {
        static Fault inText(int line, int column, String message) {
            return inText(line, column, FieldPath.ROOT, message);
        }

        static Fault inText(int line, int column, FieldPath path, String message) {
            return new Fault(line, column, path, "", message);
        }

        static Fault inField(Positions object, FieldPath field, String message) {
            Positions place = object.find(field);
            return new Fault(place.line(), place.column(), field, field.toString(), message);
        }

        /** The same error relative to a part of the object; the path of this fault must be in it. */
        Fault within(FieldPath part) {
            FieldPath rest = FieldPath.ROOT;
            for (Object step :
                    path.steps().subList(part.steps().size(), path.steps().size())) {
                rest = new FieldPath(rest, step);
            }
            return new Fault(line, column, rest, field, message);
        }
    }
}
