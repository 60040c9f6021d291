package dev.datapath.operator.cluster;

import dev.datapath.api.v1alpha1.StoragePoolStatus.NodeStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus.State;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Changes between two statuses that users should see, also as Events in {@code kubectl describe}. */
final class Transitions {

    /**
     * One change.
     *
     * @param warning whether a user may have to act
     * @param reason the reason of the Event, in CamelCase
     * @param note the note of the Event
     */
    record Transition(boolean warning, String reason, String note) {}

    private Transitions() {}

    /** Conditions whose status changed, and those that are False with a new reason. */
    static List<Transition> ofConditions(Collection<Condition> before, Collection<Condition> after) {
        Map<String, Condition> known = before.stream()
                .collect(Collectors.toMap(Condition::getType, Function.identity(), (one, other) -> other));
        var transitions = new ArrayList<Transition>();
        for (var now : after) {
            var old = known.get(now.getType());
            boolean changed = old == null || !Objects.equals(old.getStatus(), now.getStatus());
            boolean bad = "False".equals(now.getStatus());
            boolean otherReason = old != null && !Objects.equals(old.getReason(), now.getReason());
            // A transient state is not reported: it ends soon, or another reason explains why not.
            boolean transientState = "Pending".equals(now.getReason()) || "Unknown".equals(now.getStatus());
            if (!transientState && (changed || (bad && otherReason))) {
                transitions.add(new Transition(bad, now.getReason(), now.getType() + ": " + now.getMessage()));
            }
        }
        return transitions;
    }

    /** Nodes of a pool that failed or recovered. New nodes are reported only when they fail. */
    static List<Transition> ofNodes(Collection<NodeStatus> before, Collection<NodeStatus> after) {
        Map<String, State> known =
                before.stream().collect(Collectors.toMap(NodeStatus::name, NodeStatus::state, (one, other) -> other));
        var transitions = new ArrayList<Transition>();
        for (var now : after) {
            var old = known.get(now.name());
            if (now.state() == old) {
                continue;
            }
            var where = now.name() + (now.address() == null ? "" : " (" + now.address() + ")");
            if (now.state() == State.Unhealthy) {
                transitions.add(new Transition(
                        true, "NodeUnhealthy", where + (now.reason() == null ? "" : ": " + now.reason())));
            } else if (now.state() == State.Healthy && old == State.Unhealthy) {
                transitions.add(new Transition(false, "NodeHealthy", where + " is healthy again"));
            }
        }
        return transitions;
    }
}
