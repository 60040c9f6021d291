package dev.datapath.operator.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.datapath.operator.manifest.LocatedFinding;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Findings as JSON for programs. The format is documented in docs/cli.md; fields are added, never removed. */
final class JsonReport {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonReport() {}

    static void write(Validation validation, PrintWriter out) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("files", validation.files());
        report.put("objects", validation.objects());
        report.put("errors", validation.errors());
        report.put("warnings", validation.warnings());
        report.put("findings", findings(validation));
        try {
            out.println(JSON.writeValueAsString(report));
            out.flush();
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<Map<String, Object>> findings(Validation validation) {
        return validation.findings().stream().map(JsonReport::finding).toList();
    }

    private static Map<String, Object> finding(LocatedFinding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("file", finding.location().file().toString());
        fields.put("line", finding.location().line());
        fields.put("column", finding.location().column());
        fields.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        if (finding.object() != null) {
            fields.put("kind", finding.object().kind());
            fields.put("namespace", finding.object().namespace());
            fields.put("name", finding.object().name());
        }
        fields.put("field", finding.field());
        fields.put("message", finding.message());
        return fields;
    }
}
