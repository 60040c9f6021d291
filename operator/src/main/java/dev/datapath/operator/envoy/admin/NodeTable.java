package dev.datapath.operator.envoy.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.model.GatewayReport;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import dev.datapath.operator.net.IpAddress;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads what one gateway reports of stores: from Envoy's {@code /clusters?format=json} (admin.v3.Clusters), how it sees the nodes of
 * each pool and which base domains a store does not know; and why a node fails its health check, from the log of health check events
 * (data.core.v3.HealthCheckEvent, one in each line) and Envoy's counters. For one thread at a time.
 */
public final class NodeTable {
    /** Asks the gateway. */
    @FunctionalInterface
    public interface Admin {
        /**
         * The answer of Envoy's admin interface, or the log of health check events at {@link BootstrapSpec#CHECK_EVENTS_PATH}, oldest
         * event first; any answer but 200 is an exception.
         */
        String get(String target) throws IOException, InterruptedException;
    }

    private static final System.Logger LOG = System.getLogger(NodeTable.class.getName());

    private static final ObjectMapper JSON = new ObjectMapper();
    static final String POOL_PREFIX = "pool/";
    private static final Pattern DOMAIN_CHECK = Pattern.compile("domain/([^/]+)/([^/]+)");

    private final String gateway;
    private final Admin admin;
    private final InstantSource clock;
    private final CertificateFailures certificates = new CertificateFailures();

    public NodeTable(String gateway, Admin admin, InstantSource clock) {
        this.gateway = gateway;
        this.admin = admin;
        this.clock = clock;
    }

    /**
     * What the gateway reports now. Reasons are asked for only where a node fails its health check for one that the clusters do not
     * tell; an answer that does not come leaves them open.
     */
    public GatewayReport read() throws IOException, InterruptedException {
        var statuses = tree(admin.get("/clusters?format=json")).path("cluster_statuses");
        return new GatewayReport(withReasons(nodes(statuses)), unknownDomains(statuses));
    }

    private Map<String, List<NodeReport>> withReasons(Map<String, List<NodeReport>> nodes) throws InterruptedException {
        var pools = nodes;
        if (has(Health.FAILED_CHECK, pools)) {
            pools = CheckEvents.parse(reason(BootstrapSpec.CHECK_EVENTS_PATH)).complete(pools);
        }
        if (has(Health.BROKEN_CHECK, pools)) {
            certificates.read(reason(CertificateFailures.TARGET), clock.instant());
            pools = certificates.complete(pools, clock.instant());
        }
        return pools;
    }

    private static boolean has(Health health, Map<String, List<NodeReport>> pools) {
        return pools.values().stream().flatMap(List::stream).anyMatch(node -> node.health() == health);
    }

    private String reason(String target) throws InterruptedException {
        try {
            return admin.get(target);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "gateway {0} does not say why nodes fail: {1}", gateway, e.toString());
            return "";
        }
    }

    private Map<String, List<NodeReport>> nodes(JsonNode statuses) {
        var pools = new TreeMap<String, List<NodeReport>>();
        for (var cluster : statuses) {
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

    /** A check of a domain passes when the store does not know it. */
    private static Set<DomainUse> unknownDomains(JsonNode statuses) {
        var unknown = new HashSet<DomainUse>();
        for (var cluster : statuses) {
            var name = DOMAIN_CHECK.matcher(cluster.path("name").asText());
            var hosts = cluster.path("host_statuses");
            if (name.matches() && !hosts.isEmpty() && health(hosts.path(0).path("health_status")) == Health.HEALTHY) {
                unknown.add(new DomainUse(name.group(1), name.group(2)));
            }
        }
        return unknown;
    }

    /** Envoy writes addresses as inet_ntop does, which is not RFC 5952 for all of them. */
    static String canonical(String address) {
        return IpAddress.parse(address).map(IpAddress::toString).orElse(address);
    }

    /** A check that has not ended yet counts as failed in Envoy; here it is told apart. */
    private static Health health(JsonNode status) {
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
