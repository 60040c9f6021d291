package dev.datapath.operator.status;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.DataPathStatus.ListenerStatus;
import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.operator.compile.Finding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The status of a DataPath. */
public final class DataPathStatuses {
    private DataPathStatuses() {}

    /**
     * What was seen of a DataPath.
     *
     * @param findings those about the DataPath
     * @param attachedPolicies for each listener, how many policies have a rule in force there
     * @param fleet its gateways
     * @param addresses where clients can connect
     * @param selector label selector of the gateways' pods; null where there are none
     */
    public record Observation(
            List<Finding> findings,
            Map<String, Integer> attachedPolicies,
            Fleet fleet,
            List<DataPathStatus.Address> addresses,
            @Nullable String selector) {
        public Observation {
            findings = List.copyOf(findings);
            attachedPolicies = Map.copyOf(attachedPolicies);
            addresses = List.copyOf(addresses);
        }
    }

    /** The status to write; equal to {@code previous} when nothing changed. */
    public static DataPathStatus of(
            DataPath dataPath, long generation, Observation seen, @Nullable DataPathStatus previous, Instant now) {
        var fleet = seen.fleet();
        var drafts = new ArrayList<>(Findings.conditions(seen.findings(), "the DataPath"));
        drafts.add(fleet.programmed());
        var conditions = Conditions.next(previous == null ? List.of() : previous.conditions(), drafts, generation, now);
        return new DataPathStatus(
                generation,
                seen.addresses(),
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
            drafts.add(programmed(name, seen.fleet()));
            var before = previous == null
                    ? List.<io.fabric8.kubernetes.api.model.Condition>of()
                    : previous.listeners().stream()
                            .filter(listener -> listener.name().equals(name))
                            .findFirst()
                            .map(ListenerStatus::conditions)
                            .orElse(List.of());
            statuses.add(new ListenerStatus(
                    name,
                    seen.attachedPolicies().getOrDefault(name, 0),
                    Conditions.next(before, drafts, generation, now)));
        }
        return statuses;
    }

    /** A port that cannot be opened is said at its listener; its siblings that work are only pending with the fleet. */
    private static ConditionDraft programmed(String listener, Fleet fleet) {
        var conflicts = fleet.portConflicts();
        var own = conflicts.stream()
                .filter(conflict -> conflict.listener().equals(listener))
                .map(PortConflict::message)
                .toList();
        if (!own.isEmpty()) {
            return ConditionDraft.of(
                    ConditionName.Programmed, ConditionStatus.False, ProgrammedReason.Rejected, String.join("; ", own));
        }
        return fleet.programmed();
    }
}
