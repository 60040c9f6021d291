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

    /** What is known of a policy at one target. */
    public sealed interface Target {}

    /** It is not known whether there is such a target. */
    public record Unread() implements Target {}

    /**
     * What was seen of a policy at one target that exists.
     *
     * @param findings those about the policy, from compiling the target
     * @param fleet the target's gateways
     * @param delivered whether these run the policy as it is declared now
     * @param reach at which listeners of the target it is
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
     * @param targets by the name of the DataPath; a target that is not there does not exist
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

    /** What a policy's rules name may be missing in part; the rest of it is in force and delivered. */
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
                        "The policy is in force nowhere: " + names + " of the DataPath" + state
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
        var message = "It is not known whether there is a DataPath " + reference.name()
                + ", because something cannot be read that may hold it: see the findings, or correct the name in"
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
