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
     * What the gateway reports now. Reasons are asked for only where a node fails its health check for one that the clusters do not
     * tell; an answer that does not come leaves them open.
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
            LOG.log(System.Logger.Level.DEBUG, "gateway {0} does not say why nodes fail: {1}", gateway, e.toString());
            return "";
        }
    }

    /** Envoy writes addresses as inet_ntop does, which is not RFC 5952 for all of them. */
    static String canonical(String address) {
        return IpAddress.parse(address).map(IpAddress::toString).orElse(address);
    }
}
