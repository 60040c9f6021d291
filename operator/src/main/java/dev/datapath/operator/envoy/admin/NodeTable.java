package dev.datapath.operator.envoy.admin;

import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.model.GatewayReport;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import dev.datapath.operator.net.IpAddress;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Reads the reports of one gateway on stores. The states of nodes, and the base domains that a store is not configured with, are
 * read from Envoy's {@code /clusters?format=json} (admin.v3.Clusters). The reasons of failed health checks are read from the log of
 * health check events (data.core.v3.HealthCheckEvent, one per line) and from Envoy's counters. Not thread-safe.
 */
public final class NodeTable {
    /** Sends requests to the gateway. */
    @FunctionalInterface
    public interface Admin {
        /**
         * The response of Envoy's admin interface, or the log of health check events at {@link BootstrapSpec#CHECK_EVENTS_PATH},
         * oldest event first. Throws for any status other than 200.
         */
        String get(String target) throws IOException, InterruptedException;
    }

    private static final System.Logger LOG = System.getLogger(NodeTable.class.getName());

    static final String POOL_PREFIX = "pool/";

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
     * The current reports of the gateway. Reasons are only requested when a node fails its health check and the clusters do not
     * contain the reason. If that request fails, the reasons stay unknown.
     */
    public GatewayReport read() throws IOException, InterruptedException {
        var statuses = ClusterStatuses.read(gateway, admin.get("/clusters?format=json"));
        return new GatewayReport(withReasons(statuses.pools()), statuses.unknownDomains());
    }

    private Map<String, List<NodeReport>> withReasons(Map<String, List<NodeReport>> nodes) throws InterruptedException {
        var pools = nodes;
        if (has(Health.FAILED_CHECK, pools)) {
            pools = CheckEvents.parse(reason(BootstrapSpec.CHECK_EVENTS_PATH), pools)
                    .complete(pools);
        }
        if (has(Health.BROKEN_CHECK, pools)) {
            certificates.read(reason(CertificateFailures.TARGET), pools.keySet(), clock.instant());
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
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "gateway {0} cannot be asked for the reasons of failed nodes: {1}",
                    gateway,
                    e.toString());
            return "";
        }
    }

    /** Converts an address of Envoy. Envoy formats addresses with inet_ntop, which differs from RFC 5952 for some. */
    static String canonical(String address) {
        return IpAddress.parse(address).map(IpAddress::toString).orElse(address);
    }
}
