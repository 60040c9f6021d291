package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.FieldPath;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One document of a file, as far as it can be read.
 *
 * @param fields the object; null when the document holds none
 * @param positions where its parts stand
 * @param faults what is wrong with the text itself
 */
record YamlDocument(@Nullable Map<String, Object> fields, Positions positions, List<Fault> faults) {

    /**
     * An error in the text.
     *
     * @param line from 1, relative to the document's text
     * @param column from 1
     * @param field the field it is about; empty when it is about the text
     * @param message what is wrong and what to do
     */
    record Fault(int line, int column, String field, String message) {
        static Fault inText(int line, int column, String message) {
            return new Fault(line, column, "", message);
        }

        static Fault inField(Positions object, FieldPath field, String message) {
            Positions place = object.find(field);
            return new Fault(place.line(), place.column(), field.toString(), message);
        }
    }
}
