package dev.datapath.operator.admission;

import com.google.re2j.Pattern;
import dev.datapath.operator.admission.Violation.Type;
import java.util.Map;

/** What the schema of {@code metadata} cannot say: the keys of labels and annotations, and the total size of annotations. */
final class ObjectMetaCheck {
    private static final int MAX_ANNOTATIONS = 256 * 1024;
    private static final Pattern NAME = Pattern.compile("^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$");
    private static final Pattern PREFIX =
            Pattern.compile("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$");
    private static final Pattern DATA_KEY = Pattern.compile("^[-._a-zA-Z0-9]+$");
    private static final FieldPath METADATA = FieldPath.ROOT.field("metadata");

    private ObjectMetaCheck() {}

    static void check(Map<String, Object> metadata, Report report) {
        for (String maps : new String[] {"labels", "annotations"}) {
            for (String key : SchemaReader.map(metadata.get(maps)).keySet()) {
                if (!isQualifiedName(key)) {
                    report.add(
                            METADATA.field(maps).field(key),
                            Type.INVALID,
                            "is not a valid key; write at most 63 letters, digits, '-', '_' and '.', starting and ending"
                                    + " with a letter or digit, after an optional DNS name and '/'");
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

    private static boolean isQualifiedName(String key) {
        int slash = key.indexOf('/');
        String prefix = slash < 0 ? "" : key.substring(0, slash);
        String name = key.substring(slash + 1);
        return (slash < 0 || (prefix.length() <= 253 && PREFIX.matcher(prefix).find()))
                && name.length() <= 63
                && NAME.matcher(name).find();
    }
}
