package dev.datapath.operator.envoy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.model.GatewayReport;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTableTest {
    /** The result of reading one response in a cluster. */
    private static final int ANSWER_BYTES = 4 << 20;

    /** A response of Envoy 1.40 to {@code /clusters?format=json}, shortened. */
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
                 "health_status": {"eds_health_status": "HEALTHY"}},
                {"address": {"socket_address": {"address": "10.0.0.6", "port_value": 9021}},
                 "health_status": {"failed_active_health_check": true, "active_hc_timeout": true, "eds_health_status": "HEALTHY"}}]}]}
            """;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-01T12:00:00Z"));
    private String stats = "";

    @Test
    void nodeStatesOfEachPoolAreRead() throws IOException, InterruptedException {
        assertThat(table("").read().nodes())
                .isEqualTo(Map.of(
                        "store",
                        List.of(
                                new NodeReport("training-0", "10.0.0.1", 9021, Health.HEALTHY),
                                new NodeReport("training-0", "10.0.0.2", 9021, Health.FAILED_CHECK),
                                new NodeReport("training-0", "10.0.0.3", 9021, Health.EJECTED),
                                new NodeReport("training-0", "10.0.0.4", 9021, Health.UNCHECKED),
                                new NodeReport("training-0", "fd00::5", 9021, Health.HEALTHY),
                                new NodeReport("training-0", "10.0.0.6", 9021, Health.TIMED_OUT_CHECK))));
    }

    /** Events of Envoy 1.40, shortened. The first line lacks its start. */
    @Test
    void reasonsOfFailedHealthChecksAreRead() throws IOException, InterruptedException {
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

    /** A response of Envoy 1.40, shortened. */
    @Test
    void rejectedCertificateIsTheReasonWhileTheCounterGrows() throws IOException, InterruptedException {
        var table = table(event("10.0.0.2", "eject_unhealthy_event", "NETWORK", 0));
        // Old failures and those of other pools do not concern this one.
        stats = failures("pool/store", 7) + failures("pool/other", 1);
        assertThat(table.read().nodes().get("store")).contains(report(Health.BROKEN_CHECK, 0));
        stats = failures("pool/store", 7) + failures("pool/other", 2);
        assertThat(table.read().nodes().get("store")).contains(report(Health.BROKEN_CHECK, 0));
        stats = failures("pool/store", 8);
        assertThat(table.read().nodes().get("store")).contains(report(Health.UNTRUSTED_CHECK, 0));
        now.set(now.get().plusSeconds(60));
        assertThat(table.read().nodes().get("store")).contains(report(Health.UNTRUSTED_CHECK, 0));
        now.set(now.get().plusSeconds(61));
        assertThat(table.read().nodes().get("store")).contains(report(Health.BROKEN_CHECK, 0));
    }

    private static String failures(String cluster, int count) {
        return """
                # TYPE envoy_cluster_ssl_fail_verify_error counter
                envoy_cluster_ssl_fail_verify_error{envoy_cluster_name="%s"} %d
                # TYPE envoy_cluster_ssl_fail_verify_san counter
                envoy_cluster_ssl_fail_verify_san{envoy_cluster_name="%s"} 1
                """.formatted(cluster, count, cluster);
    }

    @Test
    void unreadableLogLeavesTheReasonUnknown() throws IOException, InterruptedException {
        assertThat(new NodeTable("training-0", NodeTableTest::clustersOnly, now::get)
                        .read()
                        .nodes()
                        .get("store"))
                .contains(report(Health.FAILED_CHECK, 0));
    }

    /**
     * A domain check passes when the store is not configured with the domain. It fails for a store that is, or that has not
     * responded.
     */
    @Test
    void unknownDomainsOfAStoreAreRead() throws IOException, InterruptedException {
        var table = new NodeTable("training-0", target -> """
                {"cluster_statuses": [
                  {"name": "domain/store/a.test", "host_statuses": [{"health_status": {"eds_health_status": "HEALTHY"}}]},
                  {"name": "domain/store/b.test", "host_statuses": [
                    {"health_status": {"failed_active_health_check": true, "eds_health_status": "HEALTHY"}}]},
                  {"name": "domain/store/c.test", "host_statuses": [
                    {"health_status": {"pending_active_hc": true, "eds_health_status": "HEALTHY"}}]},
                  {"name": "domain/store/d.test"},
                  {"name": "domain/a.test", "host_statuses": [{"health_status": {}}]}]}
                """, now::get);
        assertThat(table.read()).isEqualTo(new GatewayReport(Map.of(), Set.of(new DomainUse("store", "a.test"))));
    }

    private NodeTable table(String events) {
        return new NodeTable(
                "training-0",
                target -> target.startsWith("/stats") ? stats : target.startsWith("/files") ? events : CLUSTERS,
                now::get);
    }

    private static String clustersOnly(String target) throws IOException {
        if (target.startsWith("/clusters")) {
            return CLUSTERS;
        }
        throw new IOException("answered 404");
    }

    private NodeReport failed(String events) throws IOException, InterruptedException {
        return table(events).read().nodes().get("store").get(1);
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
    void malformedTableIsRejected() {
        var table = new NodeTable("training-0", target -> "{\"cluster_statuses\": [", now::get);
        assertThatThrownBy(table::read).isInstanceOf(IOException.class);
    }

    /** A compromised gateway controls its responses. Each of these has the maximum size. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"cluster_statuses\":[{}",
                "{\"cluster_statuses\":[{\"name\":\"pool/store\",\"host_statuses\":[{}",
                "{\"cluster_statuses\":[{\"name\":\"pool/store\",\"circuit_breakers\":[{}",
                "{\"cluster_statuses\":[],\"cluster_statuses\":[{}"
            })
    void responseOfSmallValuesTakesLittleMoreMemoryThanItsText(String beginning) {
        var body = filled(beginning, ",{}");
        var table = new NodeTable("training-0", target -> body, now::get);
        assertThat(allocatedBy(() -> assertThatThrownBy(table::read).isInstanceOf(IOException.class)))
                .isLessThan(ANSWER_BYTES);
    }

    @Test
    void stringsInResponsesAreBounded() {
        var clusters = CLUSTERS.replace("10.0.0.1", "1".repeat(1 << 20));
        assertThatThrownBy(() -> new NodeTable("training-0", target -> clusters, now::get).read())
                .isInstanceOf(IOException.class);
    }

    @Test
    void listOfSmallListenersTakesLittleMoreMemoryThanItsText() {
        var body = filled("{\"listener_statuses\":[{}", ",{}");
        assertThat(allocatedBy(() ->
                        assertThatThrownBy(() -> ServedListeners.names(body)).isInstanceOf(IOException.class)))
                .isLessThan(ANSWER_BYTES);
    }

    /** A regular expression with two repetitions would not terminate. */
    @ParameterizedTest
    @ValueSource(strings = {"envoy_cluster_name=\"pool/store\"", "{", "\"", "} ", "1"})
    void endlessCounterIsIgnored(String repeated) throws IOException, InterruptedException {
        var table = table(event("10.0.0.2", "eject_unhealthy_event", "NETWORK", 0));
        stats = failures("pool/store", 7);
        table.read();
        for (var beginning : List.of(
                "envoy_cluster_ssl_fail_verify_x{",
                "envoy_cluster_ssl_fail_verify_error{envoy_cluster_name=\"pool/store\"} 8")) {
            stats = filled(beginning, repeated);
            assertThat(table.read().nodes().get("store")).contains(report(Health.BROKEN_CHECK, 0));
        }
        stats = failures("pool/store", 8);
        assertThat(table.read().nodes().get("store")).contains(report(Health.UNTRUSTED_CHECK, 0));
    }

    @Test
    void logWithOneLongLineTakesLittleMoreMemoryThanItsText() {
        var log = filled("{\"cluster_name\":[{}", ",{}");
        assertThat(allocatedBy(() -> assertThatCode(() -> failed(log)).doesNotThrowAnyException()))
                .isLessThan(3 * ANSWER_BYTES);
    }

    private static String filled(String beginning, String repeated) {
        return beginning + repeated.repeat((ANSWER_BYTES - beginning.length()) / repeated.length());
    }

    private static long allocatedBy(Runnable run) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        run.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
