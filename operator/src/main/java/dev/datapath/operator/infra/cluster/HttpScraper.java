package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.telemetry.Scraper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Scrapes gateways in pods over their metrics ports; an endpoint is the IP address of a pod. */
public final class HttpScraper implements Scraper<String> {
    /** Limit for the entire response: a gateway may start a response and never finish it. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** Enough for several thousand nodes. */
    static final int MAX_BYTES = 4 << 20;

    /**
     * Enough for several hundred nodes. Few longer responses are read at the same time: each takes up to four times its
     * length in memory while it is read.
     */
    static final int SMALL = 256 << 10;

    private static final int MOST_LARGE = 4;

    private final int port;
    private final Semaphore large;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /** @param port the metrics port of all gateways */
    public HttpScraper(int port) {
        this(port, new Semaphore(MOST_LARGE, true));
    }

    /** @param large limits the number of large responses that are read at the same time */
    HttpScraper(int port, Semaphore large) {
        this.port = port;
        this.large = large;
    }

    @Override
    public String get(String address, String target) throws IOException, InterruptedException {
        var authority = IpAddress.parse(address)
                .orElseThrow(() -> new IOException(address + " is not an IP address"))
                .withPort(port);
        var request = HttpRequest.newBuilder(URI.create("http://" + authority + target))
                .build();
        try {
            return get(request, SMALL);
        } catch (LimitedText.TooLong isLarge) {
            return getLarge(request);
        }
    }

    private String getLarge(HttpRequest request) throws IOException, InterruptedException {
        if (!large.tryAcquire(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("response of more than " + SMALL
                    + " bytes not read: large responses of other gateways are being read");
        }
        try {
            return get(request, MAX_BYTES);
        } finally {
            large.release();
        }
    }

    private String get(HttpRequest request, int limit) throws IOException, InterruptedException {
        // The timeout of the request covers only the headers.
        var exchange = client.sendAsync(request, head -> new LimitedText(limit));
        try {
            var answer = exchange.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() != 200) {
                throw new IOException("HTTP status " + answer.statusCode());
            }
            return answer.body();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LimitedText.TooLong tooLong) {
                throw tooLong;
            }
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("no response within " + TIMEOUT.toSeconds() + " s", e);
        } finally {
            exchange.cancel(true);
        }
    }
}
