package dev.datapath.operator.admission;

import dev.datapath.operator.admission.Violation.Type;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One kind of object and its validation by an API server.
 *
 * <p>Objects are plain trees: {@code Map<String, Object>}, {@code List<Object>}, String, Long, Double, Boolean and null.
 */
public final class ResourceKind {
    private static final int MAX_DATA = 1024 * 1024;

    private final String apiVersion;
    private final String kind;
    private final Schema schema;
    private final boolean hasStatus;
    private final CelEngine engine;

    ResourceKind(String apiVersion, String kind, Schema schema, boolean hasStatus, CelEngine engine) {
        this.apiVersion = apiVersion;
        this.kind = kind;
        this.schema = schema;
        this.hasStatus = hasStatus;
        this.engine = engine;
    }

    /** For example {@code datapath.dev/v1alpha1} or {@code v1}. */
    public String apiVersion() {
        return apiVersion;
    }

    /** For example {@code StoragePool}. */
    public String kind() {
        return kind;
    }

    /**
     * Whether a CRD declares this kind. Objects of such kinds have a {@code metadata.generation} that counts changes of their spec.
     */
    public boolean isCustom() {
        return apiVersion.indexOf('/') >= 0;
    }

    /** Whether values of this kind's objects must not appear in messages. */
    public boolean isSecret() {
        return kind.equals("Secret");
    }

    Schema schema() {
        return schema;
    }

    /**
     * Admits an object as an API server would on create or update: strict field validation, defaulting, schema, metadata rules and
     * CEL rules. The object is changed in place into its stored form: defaults are filled in, unknown fields and {@code status} are
     * dropped, and a Secret's {@code stringData} is merged into {@code data}.
     *
     * @param object the whole object with apiVersion, kind and metadata
     * @param old the admitted form of the version in effect, or null when the object is new
     * @return why the object is rejected; empty when it is admitted
     */
    public List<Violation> admit(Map<String, Object> object, @Nullable Map<String, Object> old) {
        Report report = new Report(isSecret());
        if (hasStatus) {
            object.remove("status"); // A subresource: the main endpoint ignores it.
        }
        new Defaulting(report).apply(object, schema);
        new StructuralCheck(report).check(object, schema, FieldPath.ROOT);
        if (object.get("metadata") instanceof Map<?, ?> metadata) {
            ObjectMetaCheck.check(SchemaReader.map(metadata), report);
        }
        if (!isCustom()) {
            admitData(object, report);
        }
        if (!report.blocksRules()) {
            new RuleCheck(engine, report).check(object, old, schema, FieldPath.ROOT);
        }
        return report.violations();
    }

    /** The part of core validation that a structural schema cannot express. */
    private static void admitData(Map<String, Object> object, Report report) {
        for (String field : new String[] {"data", "binaryData", "stringData"}) {
            ObjectMetaCheck.checkDataKeys(field, SchemaReader.map(object.get(field)), report);
        }
        if (object.remove("stringData") instanceof Map<?, ?> texts && !report.blocksRules()) {
            Map<String, Object> data = new HashMap<>(SchemaReader.map(object.get("data")));
            SchemaReader.map(texts).forEach((key, text) -> data.put(key, base64(Objects.toString(text, ""))));
            object.put("data", data);
        }
        long size = 0;
        for (String field : new String[] {"data", "binaryData"}) {
            for (Object value : SchemaReader.map(object.get(field)).values()) {
                size += String.valueOf(value).length();
            }
        }
        if (size > MAX_DATA * 4L / 3) {
            report.add(FieldPath.ROOT.field("data"), Type.TOO_LONG, "holds more than 1 MiB; write less");
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return kind + " (" + apiVersion + ")";
    }
}
