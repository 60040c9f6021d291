package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.StorageNodes;
import dev.datapath.api.v1alpha1.StorageNodes.DnsNodes;
import dev.datapath.api.v1alpha1.StorageNodes.NodeState;
import dev.datapath.api.v1alpha1.StorageNodes.ServiceNodes;
import dev.datapath.api.v1alpha1.StorageNodes.StaticNode;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.net.HostName;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the nodes of a pool from addresses, a DNS name or a Service. A node whose address is unknown is reported and left out,
 * or keeps its last good address. Other nodes are not affected.
 */
final class NodeCompiler {
    /** Weight of a node that declares none. */
    private static final int WEIGHT = 100;
    /** Maximum number of nodes that a DNS name or a Service adds to a pool, because Envoy compares all of them for each request. */
    static final int MAX_NODES = 1000;

    private final Discovery discovery;
    private final LastGood lastGood;
    private final NodeAddresses addresses;

    NodeCompiler(Discovery discovery, LastGood lastGood, Environment environment) {
        this.discovery = discovery;
        this.lastGood = lastGood;
        addresses = new NodeAddresses(environment);
    }

    /** The nodes by name, without duplicates of address and port. */
    List<NodePlan> compile(String pool, StorageNodes nodes, Report at) {
        var sources = (nodes.staticNodes().isEmpty() ? 0 : 1)
                + (nodes.dns() == null ? 0 : 1)
                + (nodes.service() == null ? 0 : 1);
        if (sources != 1) {
            at.error(
                    Reason.Invalid,
                    sources == 0
                            ? "a pool needs nodes: write one of static, dns and service"
                            : "nodes must have exactly one source, so none is used: write exactly one of static, dns and service");
            return List.of();
        }
        var found = nodes.dns() != null
                ? dns(pool, nodes.dns(), at.field("dns"))
                : nodes.service() != null
                        ? service(pool, nodes.service(), at.field("service"))
                        : statics(pool, nodes.staticNodes(), at);
        return distinctAddresses(NodeNames.unique(found), at);
    }

    private List<NodePlan> statics(String pool, List<StaticNode> nodes, Report at) {
        var declared =
                nodes.stream().map(StaticNode::name).filter(Objects::nonNull).collect(Collectors.toSet());
        var names = new HashSet<String>();
        var plans = new ArrayList<NodePlan>();
        for (int i = 0; i < nodes.size(); i++) {
            var node = nodes.get(i);
            var here = at.item("static", i);
            if (node.name() == null || node.name().isBlank()) {
                here.field("name")
                        .error(Reason.Invalid, "a node needs a name, such as node-1; until then it is left out");
            } else if (!names.add(node.name())) {
                here.field("name")
                        .error(
                                Reason.Invalid,
                                "another node is named " + node.name()
                                        + ": choose another name; until then it is left out");
            } else if (!isPort(node.port())) {
                here.field("port")
                        .error(Reason.Invalid, "a node needs a port from 1 to 65535; until then it is left out");
            } else if (node.state() != NodeState.Disabled) {
                plans.addAll(addresses(pool, node, declared, here));
            }
        }
        return plans;
    }

    /** @param declared names of all static nodes of the pool */
    private List<NodePlan> addresses(String pool, StaticNode node, Set<String> declared, Report at) {
        var weight = Bounds.integer(at.field("weight"), node.weight(), WEIGHT, 1, 1000);
        var here = at.field("address");
        var literal = IpAddress.parse(node.address());
        if (literal.isPresent()) {
            return addresses.usable(literal.get(), "until then node " + node.name() + " is left out", here).stream()
                    .map(address -> plan(node, node.name(), address.toString(), weight))
                    .toList();
        }
        var host = HostName.parse(node.address());
        if (host.isEmpty()) {
            here.error(
                    Reason.Invalid,
                    "the address is neither a DNS name nor an IP address in its usual form: write one, such as 10.0.0.11; until then node "
                            + node.name() + " is left out");
            return List.of();
        }
        var endpoints = usable(
                discovery.hosts().get(host.get().toString()),
                "host " + host.get(),
                Reason.HostNotResolved,
                here,
                () -> lastGood.nodes(pool).stream()
                        .filter(last -> last.port() == node.port()
                                && NodeNames.declared(last.name(), declared)
                                        .filter(node.name()::equals)
                                        .isPresent())
                        .toList());
        // When a name has several addresses, each address is a separate node with name and address in its name.
        return endpoints.stream()
                .map(endpoint -> plan(
                        node,
                        endpoints.size() == 1 ? node.name() : name(node, endpoint, declared),
                        endpoint.address(),
                        weight))
                .toList();
    }

    private static String name(StaticNode node, Discovery.Endpoint endpoint, Set<String> declared) {
        var name = node.name() + "@" + endpoint.address();
        return declared.contains(name) ? NodeNames.withPort(name, node.port()) : name;
    }

    private static NodePlan plan(StaticNode node, String name, String address, int weight) {
        return new NodePlan(
                name, address, node.port(), Identity.text(node.zone()), weight, node.state() == NodeState.Drain);
    }

    private List<NodePlan> dns(String pool, DnsNodes dns, Report at) {
        if (!isPort(dns.port())) {
            at.field("port").error(Reason.Invalid, "the nodes need a port from 1 to 65535; until then none is used");
            return List.of();
        }
        var host = HostName.parse(dns.hostname());
        if (host.isEmpty()) {
            at.field("hostname")
                    .error(Reason.Invalid, "hostname is not a DNS name: write one, such as s3.store.internal");
            return List.of();
        }
        return usable(
                        discovery.hosts().get(host.get().toString()),
                        "host " + host.get(),
                        Reason.HostNotResolved,
                        at.field("hostname"),
                        () -> last(pool))
                .stream()
                .map(endpoint -> new NodePlan(
                        endpoint.address(), endpoint.address(), dns.port(), endpoint.zone(), WEIGHT, false))
                .toList();
    }

    private List<NodePlan> service(String pool, ServiceNodes service, Report at) {
        var key = Identity.text(service.name()) + ":" + Identity.text(service.port());
        var lookup = discovery.services().get(key);
        if (lookup != null && lookup.failure() == null && lookup.endpoints().isEmpty()) {
            // This answer is authoritative. The addresses of deleted pods may already belong to other pods, so the last
            // ones are not kept.
            at.error(
                    Reason.EndpointsNotFound,
                    "Service " + key + " has no ready endpoint: check its selector, its port's name and its pods");
            return List.of();
        }
        return usable(lookup, "Service " + key, Reason.EndpointsNotFound, at, () -> last(pool)).stream()
                .filter(endpoint -> isPort(endpoint.port()))
                .map(endpoint -> new NodePlan(
                        endpoint.name().isBlank() ? endpoint.address() : endpoint.name(),
                        endpoint.address(),
                        endpoint.port(),
                        endpoint.zone(),
                        WEIGHT,
                        false))
                .toList();
    }

    private List<NodePlan> last(String pool) {
        return lastGood.nodes(pool);
    }

    private List<Discovery.Endpoint> usable(
            Discovery.@Nullable Lookup lookup, String what, Reason reason, Report at, Supplier<List<NodePlan>> last) {
        var fresh = lookup == null ? List.<Discovery.Endpoint>of() : addresses.usable(lookup.endpoints(), what, at);
        if (lookup != null && lookup.failure() == null && !fresh.isEmpty()) {
            return bounded(fresh, what, at);
        }
        var stay = fresh.isEmpty()
                ? last.get().stream()
                        .filter(node -> addresses.mayBeNode(node.address()))
                        .map(NodeCompiler::endpoint)
                        .toList()
                : fresh;
        var consequence = stay.isEmpty()
                ? "; no request is sent there until it has one"
                : "; its last known addresses stay in use";
        if (lookup == null) {
            at.warning(reason, what + " is not resolved yet" + consequence);
        } else {
            at.error(
                    reason,
                    what + " has no address: "
                            + (lookup.failure() != null
                                    ? lookup.failure()
                                    : lookup.endpoints().isEmpty() ? "the answer was empty" : "none is usable")
                            + consequence);
        }
        return bounded(stay, what, at);
    }

    private static List<Discovery.Endpoint> bounded(List<Discovery.Endpoint> endpoints, String what, Report at) {
        if (endpoints.size() > MAX_NODES) {
            at.warning(
                    Reason.Invalid,
                    what + " has more than " + MAX_NODES + " addresses; the first " + MAX_NODES
                            + " are used: split the pool");
            return endpoints.subList(0, MAX_NODES);
        }
        return endpoints;
    }

    private static Discovery.Endpoint endpoint(NodePlan node) {
        return new Discovery.Endpoint(node.name(), node.address(), node.port(), node.zone());
    }

    private static List<NodePlan> distinctAddresses(List<NodePlan> nodes, Report at) {
        var owners = new HashMap<String, String>();
        var kept = new ArrayList<NodePlan>();
        for (var node : nodes) {
            var owner = owners.putIfAbsent(node.address() + " port " + node.port(), node.name());
            if (owner == null) {
                kept.add(node);
            } else {
                at.warning(
                        Reason.Invalid,
                        "nodes " + owner + " and " + node.name() + " have the same address " + node.address() + " port "
                                + node.port() + ": it is used once, as " + owner);
            }
        }
        return kept;
    }

    private static boolean isPort(@Nullable Integer port) {
        return port != null && port >= 1 && port <= 65535;
    }
}
