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
    void readsHowAGatewaySeesTheNodesOfEachPool() throws IOException {
        assertThat(NodeTable.parse("training-0", CLUSTERS))
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

    @Test
    void refusesWhatIsNoTable() {
        assertThatThrownBy(() -> NodeTable.parse("training-0", "{\"cluster_statuses\": ["))
                .isInstanceOf(IOException.class);
    }
}
