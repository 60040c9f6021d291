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

/** What changed from one status to the next that a person should see, and find again in {@code kubectl describe}. */
final class Transitions {

    /**
     * Something that happened.
     *
     * @param warning whether somebody may have to do something
     * @param reason one word
     * @param note for people
     */
    record Transition(boolean warning, String reason, String note) {}

    private Transitions() {}

    /** Conditions that turned, and those that are False for another reason than before. */
    static List<Transition> ofConditions(Collection<Condition> before, Collection<Condition> after) {
        Map<String, Condition> known = before.stream()
                .collect(Collectors.toMap(Condition::getType, Function.identity(), (one, other) -> other));
        var transitions = new ArrayList<Transition>();
        for (var now : after) {
            var old = known.get(now.getType());
            boolean turned = old == null || !Objects.equals(old.getStatus(), now.getStatus());
            boolean bad = "False".equals(now.getStatus());
            boolean otherReason = old != null && !Objects.equals(old.getReason(), now.getReason());
            // What is on its way is no news: it is there a moment later, or another reason tells why not.
            boolean passing = "Pending".equals(now.getReason()) || "Unknown".equals(now.getStatus());
            if (!passing && (turned || (bad && otherReason))) {
                transitions.add(new Transition(bad, now.getReason(), now.getType() + ": " + now.getMessage()));
            }
        }
        return transitions;
    }

    /** Nodes of a pool that failed or came back. Nodes that are seen for the first time are no news unless they fail. */
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
                transitions.add(new Transition(false, "NodeHealthy", where + " serves again"));
            }
        }
        return transitions;
    }
}
