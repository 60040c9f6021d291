package dev.datapath.operator.compile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A compilation as text for comparison: the plan as YAML, the findings as lines. */
final class PlanText {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .disable(YAMLGenerator.Feature.SPLIT_LINES));

    private PlanText() {}

    static String plan(Compilation compilation) {
        var document = new LinkedHashMap<String, Object>();
        document.put("plan", tree(compilation.plan()));
        var attached = new TreeMap<String, Integer>();
        compilation.attachments().open().forEach((listener, policies) -> attached.put(listener, policies.size()));
        document.put("attachedPolicies", attached);
        try {
            return TestCertificates.INSTANCE.redact(YAML.writeValueAsString(redacted(document)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static String findings(Compilation compilation) {
        return compilation.findings().stream()
                .map(finding -> finding.severity() + " " + finding.reason().condition() + "/" + finding.reason() + " "
                        + finding + "\n")
                .collect(Collectors.joining());
    }

    private static Object redacted(Object value) {
        return switch (value) {
            case String text -> TestCertificates.INSTANCE.redact(text);
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<Object, Object>();
                map.forEach((key, item) -> copy.put(key, redacted(item)));
                yield copy;
            }
            case Collection<?> items -> items.stream().map(PlanText::redacted).toList();
            default -> value;
        };
    }

    private static Object tree(Object value) {
        return switch (value) {
            case Record record -> fields(record);
            case Collection<?> items
            when items.stream().allMatch(Enum.class::isInstance) ->
                items.stream().map(String::valueOf).collect(Collectors.joining(" "));
            case Collection<?> items -> items.stream().map(PlanText::tree).toList();
            case Duration duration -> DurationText.format(duration);
            case Enum<?> constant -> constant.name();
            default -> value;
        };
    }

    private static Map<String, Object> fields(Record record) {
        var fields = new LinkedHashMap<String, Object>();
        if (Arrays.stream(record.getClass().getInterfaces()).anyMatch(Class::isSealed)) {
            fields.put("is", record.getClass().getSimpleName());
        }
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                var value = component.getAccessor().invoke(record);
                if (value != null && !(value instanceof Collection<?> items && items.isEmpty())) {
                    fields.put(component.getName(), tree(value));
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return fields;
    }
}
