package dev.datapath.operator.admission;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Objects;

/**
 * Validates a status as an API server does: the part of the CRD's schema that {@link ResourceKind#admit} leaves to the status
 * subresource.
 */
public final class StatusSchemas {
    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);
    private final ApiCatalog catalog = ApiCatalog.load();

    /**
     * The violations of a status; none for a kind without CRD in this product.
     *
     * @param status a JSON tree, or an object that Jackson serializes
     */
    public List<String> violations(String apiVersion, String kind, Object status) {
        var known = catalog.find(apiVersion, kind);
        if (known.isEmpty() || !known.get().isCustom()) {
            return List.of();
        }
        var report = new Report(false);
        var schema = Objects.requireNonNull(known.get().schema().properties().get("status"));
        new StructuralCheck(report)
                .check(
                        json.convertValue(json.valueToTree(status), Object.class),
                        schema,
                        FieldPath.ROOT.field("status"));
        return report.violations().stream().map(Violation::toString).toList();
    }
}
