package dev.datapath.operator.manifest;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicySpec;
import dev.datapath.api.v1alpha1.TargetReference;
import dev.datapath.operator.admission.FieldPath;
import dev.datapath.operator.admission.Violation;
import dev.datapath.operator.model.ObjectRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The rules that deny of a RoutingPolicy that is not admitted and has no earlier version to keep. Without them its DataPaths would
 * serve what nobody was meant to get. A condition in which something is wrong is replaced by one that compile cannot read, which drops
 * it and denies more; a target that cannot be read stands for every DataPath of the namespace.
 */
public final class UnadmittedDeny {
    /** A list of violations of this length may not be complete. */
    private static final int MOST_VIOLATIONS = 100;

    private static final FieldPath SPEC = FieldPath.ROOT.field("spec");
    /** Text that is no bucket, no operation, no network and, as a key prefix, no UTF-8. */
    private static final String UNREADABLE = "\uD800";

    private static final Map<String, Object> UNREADABLE_CONDITIONS = Map.of(
            "buckets", List.of(UNREADABLE),
            "keyPrefix", UNREADABLE,
            "operations", List.of(UNREADABLE),
            "sourceCIDRs", List.of(UNREADABLE),
            "headers", List.of(Map.of("name", "", "value", "")),
            "accessKeyIds", List.of(UNREADABLE));

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
     * Reads what can be read.
     *
     * @param fields the object without unknown fields
     * @param violations why it is not admitted
     * @return empty when it has no rule that denies
     */
    static Optional<UnadmittedDeny> of(
            ObjectRef ref, Map<String, Object> fields, List<Violation> violations, TypedObjects types) {
        Map<?, ?> spec = map(fields.get("spec"));
        var rules = new ArrayList<Map<String, Object>>();
        List<?> declared = spec.get("rules") instanceof List<?> list ? list : List.of();
        for (int i = 0; i < declared.size(); i++) {
            Map<?, ?> rule = map(declared.get(i));
            if (rule.get("deny") != null) {
                rules.add(rule(rule, SPEC.field("rules").item(i), violations));
            }
        }
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        boolean everyDataPath = !(spec.get("targetRefs") instanceof List<?> targets)
                || targets.isEmpty()
                || isWrong(SPEC.field("targetRefs"), violations);
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

    /** The rules as a policy of this DataPath, where it may be one of the targets; the same instance each time. */
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

    private static Map<String, Object> rule(Map<?, ?> rule, FieldPath path, List<Violation> violations) {
        var readable = new LinkedHashMap<String, Object>();
        if (rule.get("name") instanceof String name) {
            readable.put("name", name);
        }
        readable.put(
                "deny",
                rule.get("deny") instanceof Map<?, ?> deny && !isWrong(path.field("deny"), violations)
                        ? deny
                        : Map.of());
        Object matches = rule.get("matches");
        if (matches instanceof List<?> list) {
            var conditions = new ArrayList<Map<String, Object>>();
            for (int i = 0; i < list.size(); i++) {
                conditions.add(match(list.get(i), path.field("matches").item(i), violations));
            }
            readable.put("matches", conditions);
        } else if (matches != null) {
            readable.put("matches", List.of(Map.of()));
        }
        return readable;
    }

    private static Map<String, Object> match(@Nullable Object match, FieldPath path, List<Violation> violations) {
        var conditions = new LinkedHashMap<String, Object>();
        map(match).forEach((key, value) -> {
            String name = String.valueOf(key);
            if (!isWrong(path.field(name), violations)) {
                conditions.put(name, value);
            } else if (UNREADABLE_CONDITIONS.containsKey(name)) {
                conditions.put(name, UNREADABLE_CONDITIONS.get(name));
            }
        });
        return conditions;
    }

    private static boolean isWrong(FieldPath path, List<Violation> violations) {
        return violations.size() > MOST_VIOLATIONS
                || violations.stream().anyMatch(violation -> violation.path().isIn(path));
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
