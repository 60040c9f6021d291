package dev.datapath.operator.status;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicyStatus;
import dev.datapath.api.v1alpha1.RoutingPolicyStatus.AncestorStatus;
import dev.datapath.api.v1alpha1.TargetReference;
import dev.datapath.operator.compile.Attachments;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.text.Listing;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The status of a RoutingPolicy: one entry for each target (GEP-713). */
public final class PolicyStatuses {
    private static final int MOST_LISTENERS = 10;

    private PolicyStatuses() {}

    /** The state of a policy at one target. */
    public sealed interface Target {}

    /** It is unknown whether the target exists. */
    public record Unread() implements Target {}

    /**
     * The observed state of a policy at one existing target.
     *
     * @param findings findings on the policy, from the compilation of the target
     * @param fleet the target's gateways
     * @param delivered whether these run the policy as currently declared
     * @param reach the listeners of the target to which the policy is attached
     */
    public record AtTarget(List<Finding> findings, Fleet fleet, boolean delivered, Attachments.Reach reach)
            implements Target {
        public AtTarget {
            findings = List.copyOf(findings);
        }
    }

    /**
     * The status to write; equal to {@code previous} when nothing changed.
     *
     * @param targets by the name of the DataPath; a missing target does not exist
     */
    public static RoutingPolicyStatus of(
            RoutingPolicy policy,
            long generation,
            Map<String, ? extends Target> targets,
            @Nullable RoutingPolicyStatus previous,
            Instant now) {
        List<TargetReference> references =
                policy.getSpec() == null ? List.of() : policy.getSpec().targetRefs();
        var ancestors = references.stream()
                .distinct()
                .map(reference -> new AncestorStatus(
                        reference,
                        RoutingPolicyStatus.CONTROLLER_NAME,
                        Conditions.next(
                                before(previous, reference),
                                drafts(policy, reference, targets.get(reference.name())),
                                generation,
                                now)))
                .toList();
        return new RoutingPolicyStatus(
                ancestors,
                new RoutingPolicyStatus.Summary(Conditions.summary(ancestors.stream()
                        .flatMap(ancestor -> ancestor.conditions().stream())
                        .toList())));
    }

    private static List<ConditionDraft> drafts(
            RoutingPolicy policy, TargetReference reference, @Nullable Target target) {
        return switch (target) {
            case null -> missing(reference);
            case Unread unread -> unread(reference);
            case AtTarget seen -> {
                var drafts = new ArrayList<>(Findings.conditions(seen.findings(), "the policy"));
                boolean hasRules =
                        policy.getSpec() != null && !policy.getSpec().rules().isEmpty();
                drafts.add(programmed(seen, hasRules));
                yield drafts;
            }
        };
    }

    /**
     * Some objects that a policy's rules reference may be missing; the rest of the policy is in force and delivered.
     */
    private static ConditionDraft programmed(AtTarget seen, boolean hasRules) {
        if (seen.delivered()
                && hasRules
                && !seen.reach().open()
                && seen.reach().closed().isEmpty()) {
            return ConditionDraft.of(
                    ConditionName.Programmed,
                    ConditionStatus.False,
                    ProgrammedReason.Invalid,
                    "No rule of the policy is in force: see Accepted and ResolvedRefs.");
        }
        var closed = List.copyOf(seen.reach().closed());
        var programmed = seen.fleet().programmed("the policy", seen.delivered());
        if (closed.isEmpty() || !seen.fleet().defect().isEmpty()) {
            return programmed;
        }
        var names = (closed.size() == 1 ? "listener " : "listeners ") + Listing.of(closed, MOST_LISTENERS);
        var state = closed.size() == 1 ? " is not opened" : " are not opened";
        return seen.reach().open()
                ? programmed.and("Warning: " + names + state + ", so it is not in force there.")
                : ConditionDraft.of(
                        ConditionName.Programmed,
                        ConditionStatus.False,
                        ProgrammedReason.Invalid,
                        "The policy is not in force: " + names + " of the DataPath" + state
                                + ", see its status.listeners.");
    }

    private static List<ConditionDraft> missing(TargetReference reference) {
        var message = "There is no DataPath " + reference.name()
                + " in this namespace, or it is being deleted: create it, or correct the name in spec.targetRefs.";
        return List.of(
                ConditionDraft.of(ConditionName.Accepted, ConditionStatus.False, Reason.TargetNotFound, message),
                ConditionDraft.of(ConditionName.ResolvedRefs, ConditionStatus.Unknown, AcceptedReason.Pending, message),
                ConditionDraft.of(ConditionName.Programmed, ConditionStatus.False, ProgrammedReason.Invalid, message));
    }

    private static List<ConditionDraft> unread(TargetReference reference) {
        var message = "It is unknown whether DataPath " + reference.name()
                + " exists, because a file or object that may contain it cannot be read: see the findings, or correct the name in"
                + " spec.targetRefs.";
        return List.of(
                ConditionDraft.of(ConditionName.Accepted, ConditionStatus.Unknown, AcceptedReason.Pending, message),
                ConditionDraft.of(ConditionName.ResolvedRefs, ConditionStatus.Unknown, AcceptedReason.Pending, message),
                ConditionDraft.of(ConditionName.Programmed, ConditionStatus.False, ProgrammedReason.Pending, message));
    }

    private static List<Condition> before(@Nullable RoutingPolicyStatus previous, TargetReference reference) {
        return previous == null
                ? List.of()
                : previous.ancestors().stream()
                        .filter(ancestor -> ancestor.ancestorRef().equals(reference))
                        .findFirst()
                        .map(AncestorStatus::conditions)
                        .orElse(List.of());
    }
}
