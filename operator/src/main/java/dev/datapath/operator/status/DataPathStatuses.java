package dev.datapath.operator.status;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.DataPathStatus.ListenerStatus;
import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.operator.compile.Attachments;
import dev.datapath.operator.envoy.admin.PortConflict;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.text.Listing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The status of a DataPath. */
public final class DataPathStatuses {
    private static final int MOST_LISTENERS = 10;
    /**
     * The limit in the API, {@code status.addresses}. A load balancer may assign one address for each node of the
     * cluster.
     */
    private static final int MOST_ADDRESSES = 16;

    private DataPathStatuses() {}

    /**
     * The observed state of a DataPath.
     *
     * @param findings findings on the DataPath
     * @param attachments the listeners at which rules of policies are in force
     * @param fleet its gateways
     * @param addresses the addresses at which clients can connect
     * @param selector label selector of the gateways' pods; null without pods
     */
    public record Observation(
            List<Finding> findings,
            Attachments attachments,
            Fleet fleet,
            List<DataPathStatus.Address> addresses,
            @Nullable String selector) {
        public Observation {
            findings = List.copyOf(findings);
            addresses = List.copyOf(addresses);
        }
    }

    /** The status to write; equal to {@code previous} when nothing changed. */
    public static DataPathStatus of(
            DataPath dataPath, long generation, Observation seen, @Nullable DataPathStatus previous, Instant now) {
        var fleet = seen.fleet();
        var drafts = new ArrayList<>(Findings.conditions(seen.findings(), "the DataPath"));
        drafts.add(programmed(closed(dataPath, seen.attachments()), fleet));
        var conditions = Conditions.next(previous == null ? List.of() : previous.conditions(), drafts, generation, now);
        return new DataPathStatus(
                generation,
                seen.addresses().stream().limit(MOST_ADDRESSES).toList(),
                new DataPathStatus.Gateways(fleet.desired(), fleet.ready(), fleet.synced(), fleet.rejected()),
                fleet.version().isEmpty() ? null : fleet.version(),
                listeners(dataPath, generation, seen, previous, now),
                conditions,
                seen.selector(),
                new DataPathStatus.Summary(
                        fleet.ready() + "/" + fleet.desired(),
                        fleet.synced() + "/" + fleet.desired(),
                        Conditions.summary(conditions)));
    }

    private static List<ListenerStatus> listeners(
            DataPath dataPath, long generation, Observation seen, @Nullable DataPathStatus previous, Instant now) {
        var statuses = new ArrayList<ListenerStatus>();
        List<Listener> listeners =
                dataPath.getSpec() == null ? List.of() : dataPath.getSpec().listeners();
        for (int i = 0; i < listeners.size(); i++) {
            var name = listeners.get(i).name();
            var prefix = "spec.listeners[" + i + "]";
            var findings = seen.findings().stream()
                    .filter(finding ->
                            finding.field().equals(prefix) || finding.field().startsWith(prefix + "."))
                    .toList();
            var drafts = new ArrayList<>(Findings.conditions(findings, "the listener"));
            boolean second = listeners.subList(0, i).stream().anyMatch(other -> name.equals(other.name()));
            drafts.add(
                    second || seen.attachments().closed().containsKey(name)
                            ? notOpened(findings, seen.fleet())
                            : programmed(name, seen));
            var before = previous == null
                    ? List.<io.fabric8.kubernetes.api.model.Condition>of()
                    : previous.listeners().stream()
                            .filter(listener -> listener.name().equals(name))
                            .findFirst()
                            .map(ListenerStatus::conditions)
                            .orElse(List.of());
            statuses.add(new ListenerStatus(
                    name, seen.attachments().at(name), Conditions.next(before, drafts, generation, now)));
        }
        return statuses;
    }

    /** The declared listeners that are not opened, in the order of the specification. */
    private static List<String> closed(DataPath dataPath, Attachments attachments) {
        return dataPath.getSpec() == null
                ? List.of()
                : dataPath.getSpec().listeners().stream()
                        .map(Listener::name)
                        .filter(attachments.closed()::containsKey)
                        .distinct()
                        .toList();
    }

    /**
     * Adds a warning for listeners that cannot be served as declared. The gateways may still run the rest of the
     * configuration completely. As with a Gateway of the Gateway API, only these listeners are False, and the message
     * of the DataPath names them.
     */
    private static ConditionDraft programmed(List<String> closed, Fleet fleet) {
        var programmed = fleet.programmed();
        if (closed.isEmpty() || !fleet.defect().isEmpty()) {
            return programmed;
        }
        return programmed.and((closed.size() == 1 ? "Warning: listener " : "Warning: " + closed.size() + " listeners ")
                + Listing.of(closed, MOST_LISTENERS)
                + (closed.size() == 1 ? " is not opened" : " are not opened") + ": see status.listeners.");
    }

    private static ConditionDraft notOpened(List<Finding> findings, Fleet fleet) {
        return fleet.defect().isEmpty()
                ? ConditionDraft.of(
                        ConditionName.Programmed,
                        ConditionStatus.False,
                        ProgrammedReason.Invalid,
                        "The listener is not opened: " + Findings.errors(findings))
                : fleet.programmed();
    }

    /**
     * A port that cannot be opened is reported at its listener. Listeners that work have the condition of the fleet.
     */
    private static ConditionDraft programmed(String listener, Observation seen) {
        var fleet = seen.fleet();
        var conflicts = fleet.portConflicts();
        var own = conflicts.stream()
                .filter(conflict -> conflict.listener().equals(listener))
                .map(PortConflict::message)
                .toList();
        if (!own.isEmpty()) {
            return ConditionDraft.of(
                    ConditionName.Programmed, ConditionStatus.False, ProgrammedReason.Rejected, String.join("; ", own));
        }
        var programmed = fleet.programmed();
        boolean known = seen.attachments().open().containsKey(listener);
        // The gateways run a configuration that was compiled before the listener was declared.
        return known || programmed.status() != ConditionStatus.True
                ? programmed
                : ConditionDraft.of(
                        ConditionName.Programmed,
                        ConditionStatus.False,
                        ProgrammedReason.Pending,
                        "The configuration that the gateways run does not have the listener yet.");
    }
}
