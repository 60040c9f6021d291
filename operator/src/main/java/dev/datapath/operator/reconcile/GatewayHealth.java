package dev.datapath.operator.reconcile;

import dev.datapath.operator.control.Daemons;
import dev.datapath.operator.control.NodeTable;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.status.NodeReport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks gateways, over their metrics ports, how they see the nodes of their pools: every few seconds, each by itself. Safe for
 * several threads.
 */
final class GatewayHealth implements AutoCloseable {

    /**
     * A gateway to ask.
     *
     * @param dataPath whose gateway
     * @param pod name of its pod
     * @param address IP address of its pod
     */
    record Gateway(ObjectKey dataPath, String pod, String address) {}

    /** Asks one gateway. */
    @FunctionalInterface
    interface Question {
        /** The answer to {@code /clusters?format=json}. */
        String clusters(Gateway gateway) throws IOException, InterruptedException;
    }

    private static final System.Logger LOG = System.getLogger(GatewayHealth.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Question question;
    private final Consumer<String> onChange;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, Daemons.named("gateway-health"));
    private final Map<Gateway, ScheduledFuture<?>> asked = new HashMap<>();
    private final Map<Gateway, Map<String, List<NodeReport>>> answers = new ConcurrentHashMap<>();

    /** @param onChange told the namespace of a gateway that sees nodes otherwise than before */
    GatewayHealth(Question question, Consumer<String> onChange) {
        this.question = question;
        this.onChange = onChange;
    }

    /** Asks over HTTP. */
    static Question http(int port) {
        var client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
        return gateway -> {
            var host = gateway.address().contains(":") ? "[" + gateway.address() + "]" : gateway.address();
            var request = HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + "/clusters?format=json"))
                    .timeout(TIMEOUT)
                    .build();
            var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("answered " + answer.statusCode());
            }
            return answer.body();
        };
    }

    /** These are the gateways of a DataPath now. */
    synchronized void ask(ObjectKey dataPath, Collection<Gateway> gateways) {
        asked.entrySet().removeIf(entry -> {
            var gateway = entry.getKey();
            boolean gone = gateway.dataPath().equals(dataPath) && !gateways.contains(gateway);
            if (gone) {
                entry.getValue().cancel(false);
                answers.remove(gateway);
            }
            return gone;
        });
        for (var gateway : Set.copyOf(gateways)) {
            asked.computeIfAbsent(
                    gateway,
                    key -> timer.scheduleWithFixedDelay(() -> ask(key), 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    /** How the gateways of a namespace see the nodes of a pool. */
    List<NodeReport> nodes(String namespace, String pool) {
        return answers.entrySet().stream()
                .filter(entry -> entry.getKey().dataPath().namespace().equals(namespace))
                .flatMap(entry -> entry.getValue().getOrDefault(pool, List.of()).stream())
                .toList();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void ask(Gateway gateway) {
        try {
            var answer = NodeTable.parse(gateway.pod(), question.clusters(gateway));
            if (wanted(gateway) && !answer.equals(answers.put(gateway, answer))) {
                onChange.accept(gateway.dataPath().namespace());
            }
        } catch (IOException | RuntimeException e) {
            // What it said last stays: a gateway that cannot be asked is no news about nodes.
            LOG.log(System.Logger.Level.DEBUG, "gateway {0} cannot be asked: {1}", gateway.pod(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean wanted(Gateway gateway) {
        return asked.containsKey(gateway);
    }
}
