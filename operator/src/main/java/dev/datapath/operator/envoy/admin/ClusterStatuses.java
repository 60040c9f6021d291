package dev.datapath.operator.envoy.admin;

import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads Envoy's {@code /clusters?format=json} (admin.v3.Clusters). An instance reads one response. */
final class ClusterStatuses {
    /** Maximum length of a cluster name: a prefix, the name of a pool and a base domain. */
    private static final int LONGEST_NAME = 600;
    /** Maximum length of an address: an IPv6 address with a scope. */
    private static final int LONGEST_ADDRESS = 64;

    private static final Pattern DOMAIN_CHECK = Pattern.compile("domain/([^/]+)/([^/]+)");

    private final String gateway;
    private final Map<String, List<NodeReport>> pools = new TreeMap<>();
    private final Set<DomainUse> unknownDomains = new HashSet<>();

    private ClusterStatuses(String gateway) {
        this.gateway = gateway;
    }

    static ClusterStatuses read(String gateway, String json) throws IOException {
        var statuses = new ClusterStatuses(gateway);
        JsonAnswer.fields(json, "the node table", (answer, name) -> {
            if (name.equals("cluster_statuses")) {
                answer.elements(() -> new Cluster(statuses).read(answer));
            }
        });
        return statuses;
    }

    /** The gateway's reports on the nodes of each pool. */
    Map<String, List<NodeReport>> pools() {
        return pools;
    }

    /** A domain check passes when the store is not configured with the domain. */
    Set<DomainUse> unknownDomains() {
        return unknownDomains;
    }

    /** State of the cluster that is being read. */
    private static final class Cluster {
        private final ClusterStatuses all;
        private final List<NodeReport> nodes = new ArrayList<>();
        private String name = "";

        Cluster(ClusterStatuses all) {
            this.all = all;
        }

        void read(JsonAnswer answer) throws IOException {
            answer.fields(field -> {
                if (field.equals("name")) {
                    name = answer.text(LONGEST_NAME);
                } else if (field.equals("host_statuses")) {
                    answer.elements(() -> nodes.add(new Host().read(all.gateway, answer)));
                }
            });
            var domain = DOMAIN_CHECK.matcher(name);
            if (name.startsWith(NodeTable.POOL_PREFIX)) {
                all.pools.put(name.substring(NodeTable.POOL_PREFIX.length()), List.copyOf(nodes));
            } else if (domain.matches() && !nodes.isEmpty() && nodes.getFirst().health() == Health.HEALTHY) {
                all.unknownDomains.add(new DomainUse(domain.group(1), domain.group(2)));
            }
        }
    }

    /** State of the host that is being read. */
    private static final class Host {
        private String address = "";
        private int port;
        private boolean pending;
        private boolean failed;
        private boolean timedOut;
        private boolean ejected;

        NodeReport read(String gateway, JsonAnswer answer) throws IOException {
            answer.fields(field -> {
                if (field.equals("address")) {
                    answer.fields(kind -> {
                        if (kind.equals("socket_address")) {
                            answer.fields(part -> socket(part, answer));
                        }
                    });
                } else if (field.equals("health_status")) {
                    answer.fields(flag -> health(flag, answer));
                }
            });
            return new NodeReport(gateway, NodeTable.canonical(address), port, health());
        }

        private void socket(String part, JsonAnswer answer) throws IOException {
            switch (part) {
                case "address" -> address = answer.text(LONGEST_ADDRESS);
                case "port_value" -> port = answer.number();
                default -> {}
            }
        }

        private void health(String flag, JsonAnswer answer) {
            switch (flag) {
                case "pending_active_hc" -> pending = answer.yes();
                case "failed_active_health_check" -> failed = answer.yes();
                case "active_hc_timeout" -> timedOut = answer.yes();
                case "failed_outlier_check" -> ejected = answer.yes();
                default -> {}
            }
        }

        /** Envoy reports a pending first check as failed. Here it is distinguished. */
        private Health health() {
            if (pending) {
                return Health.UNCHECKED;
            }
            if (failed) {
                return timedOut ? Health.TIMED_OUT_CHECK : Health.FAILED_CHECK;
            }
            return ejected ? Health.EJECTED : Health.HEALTHY;
        }
    }
}
