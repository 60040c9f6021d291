package dev.datapath.operator.manifest;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicySpec;
import dev.datapath.api.v1alpha1.TargetReference;
import dev.datapath.operator.admission.FieldPath;
import dev.datapath.operator.admission.Violation;
import dev.datapath.operator.manifest.YamlDocument.Fault;
import dev.datapath.operator.model.ObjectRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The deny rules of a RoutingPolicy that is not admitted and has no earlier version in effect. Without them its
 * DataPaths would serve requests that should be denied. An invalid condition is replaced by one that the compiler
 * cannot read, which drops it and denies more. An unreadable target stands for every DataPath of the namespace.
 */
public final class UnadmittedDeny {
    /** A list of more violations than this may be incomplete. */
    private static final int MOST_VIOLATIONS = 100;

    private static final FieldPath SPEC = FieldPath.ROOT.field("spec");
    /** Text that is not valid as bucket, operation, network or, as a key prefix, UTF-8. */
    private static final String UNREADABLE = "\uD800";

    private static final Map<String, Object> UNREADABLE_CONDITIONS = Map.of(
            "buckets", List.of(UNREADABLE),
            "keyPrefix", UNREADABLE,
            "operations", List.of(UNREADABLE),
            "sourceCIDRs", List.of(UNREADABLE),
            "headers", List.of(Map.of("name", "", "value", "")),
            "accessKeyIds", List.of(UNREADABLE));

    /** Whatever it was to deny is denied. */
    private static final Map<String, Object> UNREADABLE_AUTHENTICATION =
            Map.of("anonymous", "Deny", "presigned", Map.of("mode", "Deny"));

    /**
     * The errors of an object.
     *
     * @param everything whether there may be more errors than the known ones
     * @param violations parts that violate the schema
     * @param spoiled parts whose text is ambiguous or unreadable, such as a field that is written twice
     */
    private record Wrong(boolean everything, List<FieldPath> violations, List<FieldPath> spoiled) {
        static Wrong of(ManifestDocument document, List<Violation> violations) {
            return new Wrong(
                    violations.size() > MOST_VIOLATIONS || document.faults().size() >= YamlTree.MAX_FAULTS,
                    violations.stream().map(Violation::path).toList(),
                    document.faults().stream().map(Fault::path).toList());
        }

        Wrong withEverything() {
            return new Wrong(true, violations, spoiled);
        }

        /** Whether this part contains an error. */
        boolean isIn(FieldPath part) {
            return everything
                    || Stream.concat(violations.stream(), spoiled.stream()).anyMatch(path -> path.isIn(part));
        }

        /** Whether the value of this part is unknown. */
        boolean isSpoiled(FieldPath part) {
            return everything || spoiled.contains(part);
        }
    }

    private final ObjectRef ref;
    private final RoutingPolicy policy;
    private final boolean everyDataPath;
    private final Map<String, RoutingPolicy> byDataPath = new ConcurrentHashMap<>();

    private UnadmittedDeny(ObjectRef ref, RoutingPolicy policy, boolean everyDataPath) {
        this.ref = ref;
        this.policy = policy;
        this.everyDataPath = everyDataPath;
    }

    /**
     * Reads the deny rules as far as possible.
     *
     * @param document the object as written
     * @param fields the same without unknown and empty fields
     * @param violations why it is not admitted
     * @return empty when it has no deny rule
     */
    static Optional<UnadmittedDeny> of(
            ObjectRef ref,
            ManifestDocument document,
            Map<String, Object> fields,
            List<Violation> violations,
            TypedObjects types) {
        var wrong = Wrong.of(document, violations);
        Map<?, ?> spec = map(fields.get("spec"));
        var rules = new ArrayList<Map<String, Object>>();
        List<?> declared = list(spec.get("rules"));
        // A value that is not a list has not been validated.
        var ofRules = spec.get("rules") instanceof List<?> ? wrong : wrong.withEverything();
        List<?> written = list(map(document.fields().get("spec")).get("rules"));
        for (int i = 0; i < declared.size(); i++) {
            // The fields as written: admission drops an empty deny, but its intention is clear.
            var rule = map(written.get(i));
            if (rule.containsKey("deny") || rule.containsKey("authentication")) {
                rules.add(rule(
                        rule.keySet(), map(declared.get(i)), SPEC.field("rules").item(i), ofRules));
            }
        }
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        boolean everyDataPath = !(spec.get("targetRefs") instanceof List<?> targets)
                || targets.isEmpty()
                || wrong.isIn(SPEC.field("targetRefs"));
        var readable = new LinkedHashMap<String, Object>();
        readable.put("targetRefs", everyDataPath ? List.of() : spec.get("targetRefs"));
        readable.put("rules", rules);
        var whole = new LinkedHashMap<String, Object>();
        whole.put("apiVersion", "datapath.dev/v1alpha1");
        whole.put("kind", ref.kind());
        whole.put("metadata", Map.of("namespace", ref.namespace(), "name", ref.name()));
        whole.put("spec", readable);
        return types.read(ref.kind(), whole) instanceof RoutingPolicy policy
                ? Optional.of(new UnadmittedDeny(ref, policy, everyDataPath))
                : Optional.empty();
    }

    /** The policy. */
    public ObjectRef ref() {
        return ref;
    }

    /**
     * The rules as a policy of this DataPath, if the DataPath may be one of the targets; the same instance each time.
     */
    public Optional<RoutingPolicy> at(String namespace, String dataPath) {
        if (!namespace.equals(ref.namespace())) {
            return Optional.empty();
        }
        return Optional.of(everyDataPath ? byDataPath.computeIfAbsent(dataPath, this::targeting) : policy);
    }

    private RoutingPolicy targeting(String dataPath) {
        var copy = new RoutingPolicy();
        copy.setMetadata(policy.getMetadata());
        copy.setSpec(new RoutingPolicySpec(
                List.of(new TargetReference("datapath.dev", TargetReference.Kind.DataPath, dataPath)),
                policy.getSpec().rules()));
        return copy;
    }

    /** @param written the fields that the rule has, empty ones among them */
    private static Map<String, Object> rule(Set<?> written, Map<?, ?> rule, FieldPath path, Wrong wrong) {
        var readable = new LinkedHashMap<String, Object>();
        if (rule.get("name") instanceof String name) {
            readable.put("name", name);
        }
        if (written.contains("deny")) {
            readable.put(
                    "deny",
                    rule.get("deny") instanceof Map<?, ?> deny && !wrong.isIn(path.field("deny")) ? deny : Map.of());
        }
        if (written.contains("authentication")) {
            readable.put(
                    "authentication",
                    rule.get("authentication") instanceof Map<?, ?> authentication
                                    && !wrong.isIn(path.field("authentication"))
                            ? authentication
                            : UNREADABLE_AUTHENTICATION);
        }
        Object matches = rule.get("matches");
        if (matches instanceof List<?> list && !wrong.isSpoiled(path.field("matches"))) {
            var conditions = new ArrayList<Map<String, Object>>();
            for (int i = 0; i < list.size(); i++) {
                conditions.add(match(list.get(i), path.field("matches").item(i), wrong));
            }
            readable.put("matches", conditions);
        } else if (matches != null) {
            readable.put("matches", List.of(Map.of()));
        }
        return readable;
    }

    private static Map<String, Object> match(@Nullable Object match, FieldPath path, Wrong wrong) {
        var conditions = new LinkedHashMap<String, Object>();
        map(match).forEach((key, value) -> {
            String name = String.valueOf(key);
            if (!wrong.isIn(path.field(name))) {
                conditions.put(name, value);
            } else if (UNREADABLE_CONDITIONS.containsKey(name)) {
                conditions.put(name, UNREADABLE_CONDITIONS.get(name));
            }
        });
        return conditions;
    }

    /** A list; a single value in place of a list is its only item. */
    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of(map(value));
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
