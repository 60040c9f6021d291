package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.TargetReference;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.Reason;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the targets of policies and objectives. An object without an existing target is not part of any {@link Compilation}, so
 * its findings are computed here from all objects.
 */
public final class Targets {
    private Targets() {}

    /** The findings on the targets of policies and objectives, given all DataPaths; sorted. */
    public static List<Finding> findings(
            Collection<DataPath> dataPaths,
            Collection<RoutingPolicy> policies,
            Collection<ServiceLevelObjective> objectives) {
        var known = new HashSet<ObjectKey>();
        dataPaths.forEach(dataPath -> known.add(Identity.key(dataPath)));
        var findings = new TreeSet<Finding>();
        for (var policy : policies) {
            var at = Report.on(Identity.ref(policy), findings).field("spec");
            var spec = policy.getSpec();
            if (spec == null || spec.targetRefs().isEmpty()) {
                at.field("targetRefs")
                        .error(Reason.Invalid, "a policy needs a target: reference a DataPath of its namespace");
                continue;
            }
            for (int i = 0; i < spec.targetRefs().size(); i++) {
                check(spec.targetRefs().get(i), Identity.key(policy).namespace(), known, at.item("targetRefs", i));
            }
        }
        for (var objective : objectives) {
            var at = Report.on(Identity.ref(objective), findings).field("spec").field("targetRef");
            var spec = objective.getSpec();
            if (spec == null || spec.targetRef() == null) {
                at.error(Reason.Invalid, "an objective needs a target: reference a DataPath of its namespace");
            } else {
                check(spec.targetRef(), Identity.key(objective).namespace(), known, at);
            }
        }
        return List.copyOf(findings);
    }

    /** Whether the policy targets the DataPath. */
    public static boolean include(RoutingPolicy policy, ObjectKey dataPath) {
        var spec = policy.getSpec();
        return spec != null
                && Identity.key(policy).namespace().equals(dataPath.namespace())
                && spec.targetRefs().stream().anyMatch(reference -> names(reference, dataPath));
    }

    /** Whether the objective targets the DataPath. */
    public static boolean include(ServiceLevelObjective objective, ObjectKey dataPath) {
        var spec = objective.getSpec();
        return spec != null
                && Identity.key(objective).namespace().equals(dataPath.namespace())
                && names(spec.targetRef(), dataPath);
    }

    private static boolean names(@Nullable TargetReference reference, ObjectKey dataPath) {
        return reference != null && isDataPath(reference) && dataPath.name().equals(reference.name());
    }

    private static boolean isDataPath(TargetReference reference) {
        return "datapath.dev".equals(reference.group()) && reference.kind() == TargetReference.Kind.DataPath;
    }

    private static void check(TargetReference reference, String namespace, Set<ObjectKey> known, Report at) {
        if (!isDataPath(reference)) {
            at.error(Reason.Invalid, "the target is not a DataPath: write group: datapath.dev and kind: DataPath");
        } else if (!known.contains(new ObjectKey(namespace, Identity.text(reference.name())))) {
            at.field("name")
                    .error(
                            Reason.TargetNotFound,
                            "DataPath " + namespace + "/" + Identity.text(reference.name())
                                    + " does not exist: create it, or reference another one of this namespace");
        }
    }
}
