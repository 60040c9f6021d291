package dev.datapath.operator.compile;

import dev.datapath.operator.model.ObjectKey;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The listeners at which rules of RoutingPolicies are in force.
 *
 * @param open for each opened listener, the policies with a rule in force there
 * @param closed for each declared listener that is not opened, the policies that would have a rule in force there
 */
public record Attachments(Map<String, Set<ObjectKey>> open, Map<String, Set<ObjectKey>> closed) {
    /** Nothing is compiled yet. */
    public static final Attachments NONE = new Attachments(Map.of(), Map.of());

    public Attachments {
        open = Map.copyOf(open);
        closed = Map.copyOf(closed);
    }

    /**
     * The listeners of a policy.
     *
     * @param open whether it has a rule in force at an opened listener
     * @param closed the listeners that are not opened and at which it would have a rule in force
     */
    public record Reach(boolean open, SortedSet<String> closed) {}

    /** The listeners of a policy. */
    public Reach of(ObjectKey policy) {
        var missed = new TreeSet<String>();
        closed.forEach((listener, policies) -> {
            if (policies.contains(policy)) {
                missed.add(listener);
            }
        });
        return new Reach(open.values().stream().anyMatch(policies -> policies.contains(policy)), missed);
    }

    /** How many policies have a rule in force at a listener. */
    public int at(String listener) {
        return open.getOrDefault(listener, Set.of()).size();
    }
}
