package dev.datapath.operator.reconcile;

import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.reconcile.GatewayHealth.Gateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks gateways in pods over their metrics ports. */
final class HttpQuestion implements GatewayHealth.Question {
    /** For all of an answer: a gateway may begin one, and never end. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** Some thousands of nodes. */
    static final int MAX_BYTES = 4 << 20;

    private final int port;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /** @param port the metrics port of all gateways */
    HttpQuestion(int port) {
        this.port = port;
    }

    @Override
    public String clusters(Gateway gateway) throws IOException, InterruptedException {
        return get(gateway, "/clusters?format=json");
    }

    @Override
    public String checkEvents(Gateway gateway) throws IOException, InterruptedException {
        return get(gateway, BootstrapSpec.CHECK_EVENTS_PATH);
    }

    private String get(Gateway gateway, String target) throws IOException, InterruptedException {
        var endpoint = IpAddress.parse(gateway.address())
                .orElseThrow(() -> new IOException(gateway.address() + " is not an IP address"))
                .withPort(port);
        var request = HttpRequest.newBuilder(URI.create("http://" + endpoint + target))
                .build();
        // The request's own timeout ends with the headers.
        var exchange = client.sendAsync(request, head -> new LimitedText(MAX_BYTES));
        try {
            var answer = exchange.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() != 200) {
                throw new IOException("answered " + answer.statusCode());
            }
            return answer.body();
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + TIMEOUT.toSeconds() + " s", e);
        } finally {
            exchange.cancel(true);
        }
    }
}
