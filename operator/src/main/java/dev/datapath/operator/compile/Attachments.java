package dev.datapath.operator.compile;

import dev.datapath.operator.model.ObjectKey;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * At which listeners the rules of RoutingPolicies are in force.
 *
 * @param open for each listener that is opened, the policies that have a rule in force there
 * @param closed for each declared listener that is not opened, the policies that would have one there
 */
public record Attachments(Map<String, Set<ObjectKey>> open, Map<String, Set<ObjectKey>> closed) {
    /** Nothing was compiled yet. */
    public static final Attachments NONE = new Attachments(Map.of(), Map.of());

    public Attachments {
        open = Map.copyOf(open);
        closed = Map.copyOf(closed);
    }

    /**
     * Where a policy is.
     *
     * @param open whether it has a rule in force at a listener that is opened
     * @param closed the listeners at which it would have a rule in force, and which are not opened
     */
    public record Reach(boolean open, SortedSet<String> closed) {}

    /** Where a policy is. */
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
