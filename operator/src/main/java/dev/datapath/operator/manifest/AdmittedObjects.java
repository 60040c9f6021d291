package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.FieldPath;
import dev.datapath.operator.admission.ResourceKind;
import dev.datapath.operator.admission.Violation;
import dev.datapath.operator.manifest.ManifestDocument.Identity;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The objects in effect, in the form in which an API server would hold them. A document is admitted against the version
 * in effect. A rejected document leaves that version in effect, and an unchanged document is not admitted again. Not
 * thread-safe.
 */
final class AdmittedObjects {
    /**
     * @param document the document that it was admitted from
     * @param fields its stored form
     * @param since time at which this version was admitted
     */
    record InEffect(ManifestDocument document, Map<String, Object> fields, HasMetadata object, Instant since) {}

    /**
     * The result of admitting a document.
     *
     * @param inEffect the version in effect now; null when there is none
     * @param violations why the document was rejected; empty when it is the version in effect
     * @param deny the deny rules of a policy without a version in effect; null when there are none
     */
    record Outcome(
            @Nullable InEffect inEffect,
            List<Violation> violations,
            @Nullable UnadmittedDeny deny) {
        static Outcome admitted(InEffect version) {
            return new Outcome(version, List.of(), null);
        }
    }

    private record Refusal(
            @Nullable InEffect comparedWith,
            List<Violation> violations,
            @Nullable UnadmittedDeny deny) {}

    /** The origin of a version from before a restart; never equal to a document that is read. */
    private static final ManifestDocument NO_DOCUMENT = ManifestDocument.unidentified(Positions.of(1, 1), List.of());

    private final TypedObjects types = new TypedObjects();
    private final InstantSource clock;
    private final Map<ObjectRef, InEffect> objects = new LinkedHashMap<>();
    private Map<ManifestDocument, Refusal> refusals = new IdentityHashMap<>();

    AdmittedObjects(InstantSource clock) {
        this.clock = clock;
    }

    @Nullable
    InEffect find(ObjectRef ref) {
        return objects.get(ref);
    }

    /** Removes all other objects, as if they had been deleted, and the rejections of all other documents. */
    void retain(Collection<ObjectRef> present, Collection<ManifestDocument> documents) {
        objects.keySet().retainAll(present);
        Map<ManifestDocument, Refusal> kept = new IdentityHashMap<>();
        for (ManifestDocument document : documents) {
            Refusal refusal = refusals.get(document);
            if (refusal != null) {
                kept.put(document, refusal);
            }
        }
        refusals = kept;
    }

    /**
     * Restores a version that was admitted before a restart, without a check against the current schema: an object that
     * an upgrade no longer admits also keeps its last version. A version that cannot be converted is skipped.
     */
    boolean restore(ObjectRef ref, Map<String, Object> fields, Instant since) {
        try {
            HasMetadata object = types.read(ref.kind(), fields);
            if (object.getMetadata() == null) {
                return false;
            }
            objects.put(ref, new InEffect(NO_DOCUMENT, fields, object, since));
            return true;
        } catch (RuntimeException | StackOverflowError unreadable) {
            return false;
        }
    }

    Outcome apply(ManifestDocument document, Identity identity) {
        InEffect old = objects.get(identity.ref());
        if (old != null && old.document == document) {
            return Outcome.admitted(old);
        }
        Refusal known = refusals.get(document);
        if (known != null && known.comparedWith == old) {
            return new Outcome(old, known.violations, known.deny);
        }
        List<Violation> violations;
        UnadmittedDeny deny = null;
        try {
            Map<String, Object> fields = copy(document.fields());
            violations = identity.kind().admit(fields, old == null ? null : old.fields);
            if (violations.isEmpty() && document.faults().isEmpty()) {
                InEffect admitted = admitted(document, identity.kind(), fields, old);
                objects.put(identity.ref(), admitted);
                return Outcome.admitted(admitted);
            }
            if (old == null && identity.kind().kind().equals("RoutingPolicy")) {
                deny = UnadmittedDeny.of(identity.ref(), document, fields, violations, types)
                        .orElse(null);
            }
        } catch (RuntimeException | StackOverflowError defect) {
            // The message may contain values, even those of a Secret.
            violations = List.of(new Violation(
                    FieldPath.ROOT,
                    Violation.Type.INVALID,
                    "cannot be read because of a defect of datapath ("
                            + defect.getClass().getSimpleName()
                            + "); please report it with this object, without secret values"));
        }
        refusals.put(document, new Refusal(old, violations, deny));
        return new Outcome(old, violations, deny);
    }

    private InEffect admitted(
            ManifestDocument document, ResourceKind kind, Map<String, Object> fields, @Nullable InEffect old) {
        if (old != null && old.fields.equals(fields)) {
            return new InEffect(document, old.fields, old.object, old.since);
        }
        HasMetadata object = types.read(kind.kind(), fields);
        if (kind.isCustom()) {
            object.getMetadata().setGeneration(generation(fields, old));
        }
        return new InEffect(document, fields, object, clock.instant());
    }

    /** Counts the changes of the specification, as an API server does; labels and annotations do not count. */
    private static long generation(Map<String, Object> fields, @Nullable InEffect old) {
        if (old == null) {
            return 1;
        }
        long before = Objects.requireNonNullElse(old.object.getMetadata().getGeneration(), 1L);
        return asked(fields).equals(asked(old.fields)) ? before : before + 1;
    }

    private static Map<String, Object> asked(Map<String, Object> fields) {
        Map<String, Object> rest = new LinkedHashMap<>(fields);
        rest.remove("metadata");
        rest.remove("status");
        return rest;
    }

    private static Map<String, Object> copy(Map<String, Object> fields) {
        Map<String, Object> copy = new LinkedHashMap<>();
        fields.forEach((name, field) -> copy.put(name, copyValue(field)));
        return copy;
    }

    @SuppressWarnings("unchecked") // Trees have text keys only.
    private static @Nullable Object copyValue(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> copy((Map<String, Object>) map);
            case List<?> list -> {
                List<@Nullable Object> items = new ArrayList<>(list.size());
                list.forEach(item -> items.add(copyValue(item)));
                yield items;
            }
            case null, default -> value;
        };
    }
}
