package dev.datapath.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingRule;
import dev.datapath.api.v1alpha1.S3ErrorCode;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.UnreadObject;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.threads.Daemons;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Objects of a newer version of the CRDs, read by a watch or a list. */
class UnknownValuesTest {
    private static final String POLICY = """
            {"apiVersion": "datapath.dev/v1alpha1", "kind": "RoutingPolicy", "metadata": {"namespace": "ai", "name": "%s"},
             "spec": {"targetRefs": [{"name": "training"}], "rules": [
               {"name": "closed", "matches": [{"buckets": ["secret"]}], "deny": {"code": "%s"}}]}}
            """;

    private final KubernetesSerialization serialization = LeanObjects.serialization();

    @Test
    void aDenyWithAnUnknownCodeStaysADenyAndIsReported() {
        var policy = serialization.unmarshal(POLICY.formatted("newer", "TeapotDenied"), RoutingPolicy.class);
        assertThat(policy.getSpec().rules().getFirst().deny().code()).isEqualTo(S3ErrorCode.AccessDenied);
        assertThat(UnreadObject.finding(policy)).hasValueSatisfying(finding -> {
            assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
            assertThat(finding.message())
                    .contains("code: \"TeapotDenied\" is not one of ", "AccessDenied", "upgrade the operator");
        });
    }

    @Test
    void theWatchOfTheKindContinues() throws IOException {
        var end = new CountDownLatch(1);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool(Daemons.named("api-server")));
        server.createContext("/", exchange -> answer(exchange, end));
        server.start();
        try (var client = new KubernetesClientBuilder()
                        .withKubernetesSerialization(serialization)
                        .withConfig(new ConfigBuilder()
                                .withAutoConfigure(false)
                                .withMasterUrl("http://127.0.0.1:"
                                        + server.getAddress().getPort())
                                .build())
                        .build();
                var informer =
                        client.resources(RoutingPolicy.class).inNamespace("ai").runnableInformer(0)) {
            informer.start();
            try {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> informer.getStore().list().size() == 5);
            } finally {
                end.countDown();
            }
            assertThat(informer.getStore().list().stream()
                            .filter(policy -> UnreadObject.finding(policy).isPresent())
                            .map(policy -> policy.getMetadata().getName()))
                    .containsExactlyInAnyOrder("newer-listed", "newer-watched", "other-watched");
        } finally {
            server.stop(0);
        }
    }

    private static void answer(HttpExchange exchange, CountDownLatch end) throws IOException {
        if (exchange.getRequestHeaders().containsKey("Upgrade")) {
            // This server has no WebSocket, so the client falls back to a plain watch.
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        boolean watch = exchange.getRequestURI().getQuery().contains("watch=true");
        var body = watch
                ? event("newer-watched", "TeapotDenied")
                        + event("other-watched", "SlowDown").replace("[\"secret\"]", "{\"regex\": \"s.*\"}")
                        + event("known-watched", "SlowDown")
                : "{\"apiVersion\": \"datapath.dev/v1alpha1\", \"kind\": \"RoutingPolicyList\", \"metadata\":"
                        + " {\"resourceVersion\": \"1\"}, \"items\": ["
                        + POLICY.formatted("newer-listed", "TeapotDenied") + ","
                        + POLICY.formatted("known-listed", "SlowDown") + "]}";
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
        if (watch) {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.close();
    }

    private static String event(String name, String code) {
        var object = POLICY.formatted(name, code)
                .replace("\n", "")
                .replace("\"namespace\"", "\"resourceVersion\": \"2\", \"namespace\"");
        return "{\"type\": \"ADDED\", \"object\": " + object + "}\n";
    }

    @Test
    void aPoolWithAnUnknownValueIsNotUsed() {
        var pool = serialization.unmarshal(
                "{\"apiVersion\": \"datapath.dev/v1alpha1\", \"kind\": \"StoragePool\", \"metadata\": {\"name\": \"p\"},"
                        + " \"spec\": {\"nodes\": {\"static\": []}, \"tls\": {\"mode\": \"Pinned\"}}}",
                StoragePool.class);
        assertThat(pool.getSpec()).isNull();
        assertThat(UnreadObject.finding(pool))
                .hasValueSatisfying(finding -> assertThat(finding.message())
                        .contains("\"Pinned\" is not one of None, ServerOnly, Mutual", "The pool is not used"));
    }

    @Test
    void aDataPathWithAnUnknownValueIsMarked() {
        var dataPath = serialization.unmarshal(
                "{\"apiVersion\": \"datapath.dev/v1alpha1\", \"kind\": \"DataPath\", \"metadata\": {\"name\": \"d\"},"
                        + " \"spec\": {\"listeners\": [{\"name\": \"s3\", \"port\": 80, \"protocol\": \"QUIC\"}]}}",
                DataPath.class);
        assertThat(UnreadObject.finding(dataPath))
                .hasValueSatisfying(finding -> assertThat(finding.message())
                        .contains("\"QUIC\" is not one of HTTP, HTTPS", "Gateways keep their configuration"));
    }

    @Test
    void aDenyWithoutItsUnreadableConditionDeniesMore() {
        var policy = policy(
                "[{\"name\": \"closed\", \"matches\": [{\"buckets\": [\"a\", {\"regex\": \"b\"}], \"operations\":"
                        + " [\"Reads\"]}], \"deny\": {}}]");
        assertThat(policy.getSpec().rules().getFirst().deny()).isNotNull();
        assertThat(policy.getSpec().rules().getFirst().matches())
                .singleElement()
                .satisfies(match -> {
                    assertThat(match.buckets()).isEmpty();
                    assertThat(match.operations()).containsExactly("Reads");
                });
        assertThat(UnreadObject.finding(policy))
                .hasValueSatisfying(finding -> assertThat(finding.message())
                        .contains("spec.rules.0.matches.0.buckets.1: ", "upgrade the operator"));
    }

    @Test
    void aForwardingRuleWithAnUnreadablePartIsNotApplied() {
        var policy =
                policy("[{\"name\": \"open\", \"matches\": [{\"buckets\": [\"a\"], \"keyPrefix\": {\"any\": [\"x\"]}}],"
                        + " \"pools\": [{\"name\": \"p\"}]}, {\"name\": \"other\", \"pools\": [{\"name\": \"p\"}]},"
                        + " {\"name\": \"third\", \"timeouts\": [], \"pools\": [{\"name\": \"p\"}]}]");
        assertThat(policy.getSpec().rules()).extracting(RoutingRule::name).containsExactly(null, "other", null);
        assertThat(policy.getSpec().rules()).extracting(RoutingRule::matches).containsOnly(List.of());
        assertThat(UnreadObject.finding(policy))
                .hasValueSatisfying(finding -> assertThat(finding.message())
                        .contains("spec.rules.0.matches.0.keyPrefix: ", "spec.rules.2.timeouts: "));
    }

    @Test
    void aDenyOfAnotherFormStaysADeny() {
        var policy = policy(
                "[{\"name\": \"closed\", \"matches\": [{\"buckets\": [\"a\"]}], \"deny\": true}, {\"name\": \"other\","
                        + " \"deny\": {\"code\": [\"x\"]}}]");
        assertThat(policy.getSpec().rules())
                .allSatisfy(rule -> assertThat(rule.deny().code()).isEqualTo(S3ErrorCode.AccessDenied));
        assertThat(policy.getSpec().rules().getFirst().matches()).hasSize(1);
    }

    @Test
    void deniesStayDespiteManyUnreadableParts() {
        var rules = new ArrayList<>(
                Collections.nCopies(100, "{\"name\": \"x\", \"matches\": 7, \"timeouts\": [], \"deny\": {}}"));
        rules.add("{\"name\": \"x\", \"matches\": 7}");
        rules.add("{\"name\": \"last\", \"matches\": [{\"buckets\": [\"a\"]}], \"deny\": {}}");
        var read = policy(rules.toString()).getSpec().rules();
        assertThat(read).hasSize(102);
        assertThat(read.subList(0, 100))
                .allSatisfy(rule -> assertThat(rule.deny()).isNotNull());
        assertThat(read.get(100).name()).isNull();
        assertThat(read.get(100).deny()).isNull();
        assertThat(read.getLast().matches()).hasSize(1);
    }

    @Test
    void anUnreadableStatusIsIgnored() {
        var policy = serialization.unmarshal(
                POLICY.formatted("x", "SlowDown").replace("\"spec\":", "\"status\": {\"conditions\": 7}, \"spec\":"),
                RoutingPolicy.class);
        assertThat(policy.getStatus().ancestors()).isEmpty();
        assertThat(UnreadObject.finding(policy)).isEmpty();
        assertThat(policy.getSpec().rules()).hasSize(1);
    }

    @Test
    void unreadableMetadataIsStillAnError() {
        assertThatThrownBy(() -> serialization.unmarshal(
                        "{\"apiVersion\": \"datapath.dev/v1alpha1\", \"kind\": \"RoutingPolicy\", \"metadata\": 7}",
                        RoutingPolicy.class))
                .isInstanceOf(KubernetesClientException.class);
    }

    private RoutingPolicy policy(String rules) {
        return serialization.unmarshal(
                "{\"apiVersion\": \"datapath.dev/v1alpha1\", \"kind\": \"RoutingPolicy\", \"metadata\": {\"name\": \"x\"}, \"spec\":"
                        + " {\"targetRefs\": [{\"name\": \"training\"}], \"rules\": " + rules + "}}",
                RoutingPolicy.class);
    }
}
