package dev.datapath.operator.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.datapath.operator.status.NodeReport;
import dev.datapath.operator.status.NodeReport.Health;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeTableTest {
    /** As Envoy 1.40 answers {@code /clusters?format=json}, shortened. */
    private static final String CLUSTERS = """
            {"cluster_statuses": [
              {"name": "unavailable"},
              {"name": "operator", "host_statuses": [{"address": {"socket_address": {"address": "127.0.0.1", "port_value": 1}}}]},
              {"name": "pool/store", "added_via_api": true, "host_statuses": [
                {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 9021}},
                 "health_status": {"eds_health_status": "HEALTHY"}, "weight": 100},
                {"address": {"socket_address": {"address": "10.0.0.2", "port_value": 9021}},
                 "health_status": {"failed_active_health_check": true, "eds_health_status": "HEALTHY"}},
                {"address": {"socket_address": {"address": "10.0.0.3", "port_value": 9021}},
                 "health_status": {"failed_outlier_check": true, "eds_health_status": "HEALTHY"}},
                {"address": {"socket_address": {"address": "10.0.0.4", "port_value": 9021}},
                 "health_status": {"failed_active_health_check": true, "pending_active_hc": true, "eds_health_status": "HEALTHY"}},
                {"address": {"socket_address": {"address": "fd00:0:0::5", "port_value": 9021}},
                 "health_status": {"eds_health_status": "DRAINING"}},
                {"address": {"socket_address": {"address": "10.0.0.6", "port_value": 9021}},
                 "health_status": {"failed_active_health_check": true, "active_hc_timeout": true, "eds_health_status": "HEALTHY"}}]}]}
            """;

    @Test
    void readsHowAGatewaySeesTheNodesOfEachPool() throws IOException, InterruptedException {
        assertThat(NodeTable.parse("training-0", CLUSTERS, () -> ""))
                .isEqualTo(Map.of(
                        "store",
                        List.of(
                                new NodeReport("training-0", "10.0.0.1", 9021, Health.HEALTHY),
                                new NodeReport("training-0", "10.0.0.2", 9021, Health.FAILED_CHECK),
                                new NodeReport("training-0", "10.0.0.3", 9021, Health.EJECTED),
                                new NodeReport("training-0", "10.0.0.4", 9021, Health.UNCHECKED),
                                new NodeReport("training-0", "fd00::5", 9021, Health.DRAINING),
                                new NodeReport("training-0", "10.0.0.6", 9021, Health.TIMED_OUT_CHECK))));
    }

    /** As Envoy 1.40 writes events, shortened; the first line has lost its beginning. */
    @Test
    void readsWhyANodeFailsItsHealthCheck() throws IOException, InterruptedException {
        var before = event("10.0.0.2", "health_check_failure_event", "NETWORK", 0);
        assertThat(failed("{\"clus\n" + before)).isEqualTo(report(Health.BROKEN_CHECK, 0));
        assertThat(failed(before + event("10.0.0.2", "eject_unhealthy_event", "ACTIVE", 503)))
                .isEqualTo(report(Health.ANSWERED_CHECK, 503));
        assertThat(failed(before + event("10.0.0.2", "add_healthy_event", "", 0)))
                .isEqualTo(report(Health.FAILED_CHECK, 0));
        assertThat(failed(event("10.0.0.9", "health_check_failure_event", "NETWORK", 0)))
                .isEqualTo(report(Health.FAILED_CHECK, 0));
        assertThat(failed(event("10.0.0.2", "health_check_failure_event", "NETWORK_TIMEOUT", 0)))
                .isEqualTo(report(Health.FAILED_CHECK, 0));
    }

    @Test
    void aLogThatCannotBeReadLeavesTheReasonOpen() throws IOException, InterruptedException {
        var pools = NodeTable.parse("training-0", CLUSTERS, () -> {
            throw new IOException("answered 404");
        });
        assertThat(pools.get("store")).contains(report(Health.FAILED_CHECK, 0));
    }

    private static NodeReport failed(String events) throws IOException, InterruptedException {
        return NodeTable.parse("training-0", CLUSTERS, () -> events)
                .get("store")
                .get(1);
    }

    private static NodeReport report(Health health, int status) {
        return new NodeReport("training-0", "10.0.0.2", 9021, health, status);
    }

    private static String event(String address, String kind, String type, int status) {
        return """
                {"health_checker_type":"HTTP","host":{"socket_address":{"protocol":"TCP","address":"%s","port_value":9021}},\
                "cluster_name":"pool/store","%s":{"failure_type":"%s","first_check":true,"http_status_code":%d}}
                """.formatted(address, kind, type, status);
    }

    @Test
    void refusesWhatIsNoTable() {
        assertThatThrownBy(() -> NodeTable.parse("training-0", "{\"cluster_statuses\": [", () -> ""))
                .isInstanceOf(IOException.class);
    }
}
