package dev.datapath.e2e.k3s;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.datapath.e2e.rig.ServerTls;
import dev.datapath.e2e.rig.TestPki;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Has the API server answer what the operator writes about Services and the status of DataPaths with 429 and {@code Retry-After},
 * as one does that has no time: by an admission webhook, for priority and fairness always lets one request at a time through.
 */
final class BusyApiServer implements AutoCloseable {
    private static final String NAME = "busy.datapath.dev";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final K3sCluster cluster;
    private final HttpsServer server;
    private final AtomicInteger refused = new AtomicInteger();

    BusyApiServer(K3sCluster cluster) throws IOException {
        this.cluster = cluster;
        var address = cluster.addressOfHost();
        var pki = new TestPki("webhook");
        server = HttpsServer.create(new InetSocketAddress(address, 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(ServerTls.context(pki.issue(address))));
        server.createContext("/", exchange -> {
            var uid = JSON.readTree(exchange.getRequestBody())
                    .path("request")
                    .path("uid")
                    .asText();
            refused.incrementAndGet();
            var answer = JSON.writeValueAsBytes(
                    Map.of("apiVersion", "admission.k8s.io/v1", "kind", "AdmissionReview", "response", refusal(uid)));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        cluster.client()
                .resource(new ValidatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .endMetadata()
                        .addNewWebhook()
                        .withName(NAME)
                        .withNewClientConfig()
                        .withUrl(
                                "https://" + address + ":" + server.getAddress().getPort() + "/")
                        .withCaBundle(Base64.getEncoder()
                                .encodeToString(pki.authority().getBytes(StandardCharsets.US_ASCII)))
                        .endClientConfig()
                        .addNewRule()
                        .withApiGroups("*")
                        .withApiVersions("*")
                        .withOperations("CREATE", "UPDATE")
                        .withResources("services", "datapaths/status")
                        .endRule()
                        .addNewMatchCondition(
                                "request.userInfo.username == 'system:serviceaccount:datapath-system:datapath-operator'",
                                "operator")
                        .withFailurePolicy("Ignore")
                        .withSideEffects("None")
                        .withAdmissionReviewVersions("v1")
                        .endWebhook()
                        .build())
                .create();
    }

    private static Map<String, Object> refusal(String uid) {
        return Map.of(
                "uid",
                uid,
                "allowed",
                false,
                "status",
                Map.of(
                        "code",
                        429,
                        "reason",
                        "TooManyRequests",
                        "message",
                        "too many requests, please try again later",
                        "details",
                        Map.of("retryAfterSeconds", 1)));
    }

    /** How many requests were answered so. */
    int refused() {
        return refused.get();
    }

    /** It has time again. */
    @Override
    public void close() {
        cluster.kubectl("delete", "validatingwebhookconfiguration", NAME, "--ignore-not-found");
        server.stop(0);
    }
}
