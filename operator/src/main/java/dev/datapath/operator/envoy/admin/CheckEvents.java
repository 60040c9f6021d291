package dev.datapath.operator.envoy.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads Envoy's log of health check events: the failure with which each node became unhealthy. Envoy only logs the first failure,
 * so a node that first responds with 503 and then refuses connections is reported with 503.
 */
final class CheckEvents {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Maximum length of an event, which contains an address, a port, a cluster and a type. */
    private static final int SHORTEST_EVENT = 64;
    /** Longer lines are ignored, because their JSON tree would take much more memory. */
    private static final int LONGEST_EVENT = 4096;

    private record Node(String cluster, String address, int port) {}

    private record Failure(String type, int status) {}

    private final Map<Node, Failure> failures;

    private CheckEvents(Map<Node, Failure> failures) {
        this.failures = failures;
    }

    /**
     * Lines that are not an event are skipped: the first line may lack its start, the last line its end.
     *
     * @param pools the pools of interest; events of others are ignored
     */
    static CheckEvents parse(String log, Map<String, List<NodeReport>> pools) {
        var nodes = new HashSet<Node>();
        pools.forEach((pool, reports) -> reports.stream()
                .filter(node -> node.health() == Health.FAILED_CHECK)
                .forEach(node -> nodes.add(node(pool, node))));
        var failures = new HashMap<Node, Failure>();
        log.lines().filter(CheckEvents::mayBeEvent).forEach(line -> {
            try {
                add(failures, JSON.readTree(line), nodes);
            } catch (JsonProcessingException cut) {
                // The reason is taken from other events of the node, if any.
            }
        });
        return new CheckEvents(failures);
    }

    private static boolean mayBeEvent(String line) {
        return line.length() >= SHORTEST_EVENT && line.length() <= LONGEST_EVENT && line.startsWith("{");
    }

    private static Node node(String pool, NodeReport node) {
        return new Node(NodeTable.POOL_PREFIX + pool, node.address(), node.port());
    }

    private static void add(Map<Node, Failure> failures, JsonNode event, Set<Node> nodes) {
        var address = event.path("host").path("socket_address");
        var node = new Node(
                event.path("cluster_name").asText(),
                NodeTable.canonical(address.path("address").asText()),
                address.path("port_value").asInt());
        if (!nodes.contains(node)) {
            return;
        }
        if (event.has("add_healthy_event")) {
            failures.remove(node);
            return;
        }
        for (var kind : List.of("health_check_failure_event", "eject_unhealthy_event")) {
            var failure = event.path(kind);
            if (failure.has("failure_type")) {
                failures.put(
                        node,
                        new Failure(
                                failure.path("failure_type").asText(),
                                failure.path("http_status_code").asInt()));
            }
        }
    }

    /** The reports with the known reasons added. */
    Map<String, List<NodeReport>> complete(Map<String, List<NodeReport>> pools) {
        var complete = new TreeMap<String, List<NodeReport>>();
        pools.forEach((pool, nodes) -> complete.put(
                pool, nodes.stream().map(node -> complete(pool, node)).toList()));
        return complete;
    }

    private NodeReport complete(String pool, NodeReport node) {
        var failure = failures.get(node(pool, node));
        if (failure == null || node.health() != Health.FAILED_CHECK) {
            return node;
        }
        return switch (failure.type) {
            case "NETWORK" -> new NodeReport(node.gateway(), node.address(), node.port(), Health.BROKEN_CHECK);
            case "ACTIVE" ->
                failure.status == 0
                        ? node
                        : new NodeReport(
                                node.gateway(), node.address(), node.port(), Health.ANSWERED_CHECK, failure.status);
            default -> node;
        };
    }
}
