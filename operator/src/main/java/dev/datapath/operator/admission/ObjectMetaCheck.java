package dev.datapath.operator.admission;

import com.google.re2j.Pattern;
import dev.datapath.operator.admission.Violation.Type;
import dev.datapath.operator.text.QualifiedName;
import java.util.Map;

/**
 * The rules on {@code metadata} that a schema cannot express: the keys of labels and annotations, and the total size of
 * annotations.
 */
final class ObjectMetaCheck {
    private static final int MAX_ANNOTATIONS = 256 * 1024;
    private static final Pattern DATA_KEY = Pattern.compile("^[-._a-zA-Z0-9]+$");
    private static final FieldPath METADATA = FieldPath.ROOT.field("metadata");

    private ObjectMetaCheck() {}

    static void check(Map<String, Object> metadata, Report report) {
        for (String maps : new String[] {"labels", "annotations"}) {
            for (String key : SchemaReader.map(metadata.get(maps)).keySet()) {
                if (!QualifiedName.isValid(key)) {
                    report.add(
                            METADATA.field(maps).field(key),
                            Type.INVALID,
                            "is not a valid key; write " + QualifiedName.FORMAT);
                }
            }
        }
        long size = SchemaReader.map(metadata.get("annotations")).entrySet().stream()
                .mapToLong(entry -> entry.getKey().length()
                        + String.valueOf(entry.getValue()).length())
                .sum();
        if (size > MAX_ANNOTATIONS) {
            report.add(
                    METADATA.field("annotations"),
                    Type.TOO_LONG,
                    "hold " + size + " characters; write at most " + MAX_ANNOTATIONS);
        }
    }

    /** The keys of {@code data} in Secrets and ConfigMaps. */
    static void checkDataKeys(String field, Map<String, Object> data, Report report) {
        for (String key : data.keySet()) {
            if (key.length() > 253 || !DATA_KEY.matcher(key).find() || key.equals(".") || key.startsWith("..")) {
                report.add(
                        FieldPath.ROOT.field(field).field(key),
                        Type.INVALID,
                        "is not a valid key; write at most 253 letters, digits, '-', '_' and '.', not starting with '..'");
            }
        }
    }
}
