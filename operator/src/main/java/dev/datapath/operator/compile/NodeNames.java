package dev.datapath.operator.compile;

import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import dev.datapath.operator.text.BoundedName;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Names of the nodes of a pool: status, metrics and decisions tell nodes apart by them. */
final class NodeNames {
    private static final Comparator<NodePlan> ORDER = Comparator.comparing(NodePlan::name)
            .thenComparing(NodePlan::address)
            .thenComparingInt(NodePlan::port);

    private final Map<String, NodePlan> named = new TreeMap<>();
    /** The first node of each name that was given. */
    private final Map<String, NodePlan> first = new HashMap<>();
    /** Names that were given. No node gets a name that another node was given. */
    private final Set<String> given;

    private NodeNames(Set<String> given) {
        this.given = given;
    }

    /**
     * The nodes, sorted by name, each with a name of its own. Of several nodes that were given one name, the first in the order of addresses
     * and ports keeps it. The name of another one says in addition what differs: {@code name:port}, {@code name@address} or both.
     *
     * <p>A pod has an address of each IP family, in two EndpointSlices. Nodes with one name and port and addresses of both families are one
     * node.
     */
    static List<NodePlan> unique(Collection<NodePlan> nodes) {
        var bounded = nodes.stream()
                .map(node -> withName(node, BoundedName.of(node.name(), Decisions.LONGEST_NAME)))
                .sorted(ORDER)
                .toList();
        var names =
                new NodeNames(new HashSet<>(bounded.stream().map(NodePlan::name).toList()));
        var families = new HashMap<List<Object>, Boolean>();
        var places = new HashSet<List<Object>>();
        for (var node : bounded) {
            var family = families.putIfAbsent(List.of(node.name(), node.port()), isIpv6(node));
            if ((family == null || family == isIpv6(node))
                    && places.add(List.of(node.name(), node.address(), node.port()))) {
                names.add(node);
            }
        }
        return List.copyOf(names.named.values());
    }

    private void add(NodePlan node) {
        var holder = first.putIfAbsent(node.name(), node);
        var name = holder == null ? node.name() : free(node, holder);
        named.put(name, withName(node, name));
    }

    private String free(NodePlan node, NodePlan holder) {
        var port = ":" + node.port();
        var address = "@" + node.address();
        var candidates = holder.address().equals(node.address())
                ? Stream.of(port, address + port)
                : Stream.of(address, address + port);
        return candidates
                .map(suffix -> withSuffix(node.name(), suffix))
                .filter(name -> !given.contains(name) && !named.containsKey(name))
                .findFirst()
                .orElseGet(() -> anyFree(node));
    }

    private String anyFree(NodePlan node) {
        int number = 2;
        String name;
        do {
            name = withSuffix(node.name(), "#" + number++);
        } while (given.contains(name) || named.containsKey(name));
        return name;
    }

    /** The name of a node, with its port. */
    static String withPort(String name, int port) {
        return withSuffix(name, ":" + port);
    }

    private static String withSuffix(String name, String suffix) {
        var bounded = BoundedName.of(name, Decisions.LONGEST_NAME - suffix.length() - 2);
        // As in a URL: an IPv6 address has colons itself.
        return (bounded.contains(":") && suffix.startsWith(":") ? "[" + bounded + "]" : bounded) + suffix;
    }

    /**
     * The declared node that a node was made from. A host name with several addresses makes a node of each, {@code name@address}.
     *
     * @param declared names of the static nodes
     */
    static Optional<String> declared(String node, Collection<String> declared) {
        return declared.contains(node)
                ? Optional.of(node)
                : declared.stream()
                        .filter(name -> name != null && node.startsWith(name + "@"))
                        .max(Comparator.comparingInt(String::length));
    }

    private static boolean isIpv6(NodePlan node) {
        return node.address().contains(":");
    }

    private static NodePlan withName(NodePlan node, String name) {
        return new NodePlan(name, node.address(), node.port(), node.zone(), node.weight(), node.draining());
    }
}
