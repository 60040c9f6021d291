package dev.datapath.operator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.status.NodeReport;
import dev.datapath.operator.status.NodeReport.Health;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads how a gateway sees the nodes of each pool: Envoy's {@code /clusters?format=json} (admin.v3.Clusters), and why a node fails
 * its health check from the log of health check events (data.core.v3.HealthCheckEvent, one in each line).
 */
public final class NodeTable {
    /** Where the log of health check events is. */
    @FunctionalInterface
    public interface Events {
        /** The log, oldest event first; empty when there is none. */
        String read() throws IOException, InterruptedException;
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    static final String POOL_PREFIX = "pool/";

    private NodeTable() {}

    /**
     * The nodes by pool.
     *
     * @param events read only when a node fails its health check for a reason that the clusters do not tell; a log that cannot be
     *     read leaves the reason open
     */
    public static Map<String, List<NodeReport>> parse(String gateway, String clusters, Events events)
            throws IOException, InterruptedException {
        var pools = pools(gateway, clusters);
        boolean open =
                pools.values().stream().flatMap(List::stream).anyMatch(node -> node.health() == Health.FAILED_CHECK);
        return open ? CheckEvents.parse(text(events)).complete(pools) : pools;
    }

    private static String text(Events events) throws InterruptedException {
        try {
            return events.read();
        } catch (IOException e) {
            return "";
        }
    }

    private static Map<String, List<NodeReport>> pools(String gateway, String clusters) throws IOException {
        var pools = new TreeMap<String, List<NodeReport>>();
        for (var cluster : tree(clusters).path("cluster_statuses")) {
            var name = cluster.path("name").asText();
            if (name.startsWith(POOL_PREFIX)) {
                var nodes = new ArrayList<NodeReport>();
                for (var host : cluster.path("host_statuses")) {
                    var address = host.path("address").path("socket_address");
                    nodes.add(new NodeReport(
                            gateway,
                            canonical(address.path("address").asText()),
                            address.path("port_value").asInt(),
                            health(host.path("health_status"))));
                }
                pools.put(name.substring(POOL_PREFIX.length()), List.copyOf(nodes));
            }
        }
        return pools;
    }

    /** Envoy writes addresses as inet_ntop does, which is not RFC 5952 for all of them. */
    static String canonical(String address) {
        return IpAddress.parse(address).map(IpAddress::toString).orElse(address);
    }

    /** A check that has not ended yet counts as failed in Envoy; here it is told apart. */
    private static Health health(JsonNode status) {
        if (status.path("eds_health_status").asText().equals("DRAINING")) {
            return Health.DRAINING;
        }
        if (status.path("pending_active_hc").asBoolean()) {
            return Health.UNCHECKED;
        }
        if (status.path("failed_active_health_check").asBoolean()) {
            return status.path("active_hc_timeout").asBoolean() ? Health.TIMED_OUT_CHECK : Health.FAILED_CHECK;
        }
        return status.path("failed_outlier_check").asBoolean() ? Health.EJECTED : Health.HEALTHY;
    }

    private static JsonNode tree(String json) throws IOException {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IOException("the node table of the gateway is not JSON", e);
        }
    }
}
