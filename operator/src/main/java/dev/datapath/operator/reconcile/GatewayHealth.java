package dev.datapath.operator.reconcile;

import dev.datapath.operator.control.NodeTable;
import dev.datapath.operator.control.Stalls;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.status.NodeReport;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
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
        /** The answer to {@code /clusters?format=json}; comes to an end soon, with an answer or without. */
        String clusters(Gateway gateway) throws IOException, InterruptedException;

        /** The gateway's log of health check events, just as soon; empty when it shows none. */
        default String checkEvents(Gateway gateway) throws IOException, InterruptedException {
            return "";
        }
    }

    private static final System.Logger LOG = System.getLogger(GatewayHealth.class.getName());
    /** Between two questions to one gateway. */
    static final Duration PERIOD = Duration.ofSeconds(3);
    /** How long the report of a gateway counts that does not answer any more. */
    static final Duration MAX_AGE = Duration.ofSeconds(30);

    /** So many failed questions in a row end a report that is too old: that none was asked says nothing of the gateway. */
    static final int MAX_FAILURES = 3;

    private record Answer(Map<String, List<NodeReport>> nodes, Instant at) {}

    /**
     * How many questions may be under way. Answers take memory, and a gateway that does not answer takes time, so those that failed
     * last have places of their own.
     */
    private static final class Places {
        private final Semaphore answering;
        private final Semaphore silent;

        Places(int answering, int silent) {
            this.answering = new Semaphore(answering, true);
            this.silent = new Semaphore(silent, true);
        }

        Semaphore of(int failures) {
            return failures == 0 ? answering : silent;
        }
    }

    private final Question question;
    private final Consumer<ObjectKey> onChange;
    private final InstantSource clock;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("gateway-health-", 0).factory());
    private final Duration period;
    private final Places all = new Places(32, 16);
    private final Map<ObjectKey, Places> places = new ConcurrentHashMap<>();
    private final Map<Gateway, Future<?>> asked = new HashMap<>();
    private final Map<Gateway, Answer> answers = new ConcurrentHashMap<>();
    private final Stalls stalls = new Stalls(System::nanoTime);

    /** @param onChange called with each StoragePool on which a gateway's report differs from the one before, or has expired */
    GatewayHealth(Question question, Consumer<ObjectKey> onChange, InstantSource clock) {
        this(question, onChange, clock, PERIOD);
    }

    GatewayHealth(Question question, Consumer<ObjectKey> onChange, InstantSource clock, Duration period) {
        this.question = question;
        this.onChange = onChange;
        this.clock = clock;
        this.period = period;
    }

    /** Asks over HTTP. */
    static Question http(int port) {
        return new HttpQuestion(port);
    }

    /** These are the gateways of a DataPath now. */
    synchronized void ask(ObjectKey dataPath, Collection<Gateway> gateways) {
        asked.entrySet().removeIf(entry -> {
            var gateway = entry.getKey();
            boolean gone = gateway.dataPath().equals(dataPath) && !gateways.contains(gateway);
            if (gone) {
                entry.getValue().cancel(true);
                answers.remove(gateway);
            }
            return gone;
        });
        if (gateways.isEmpty()) {
            places.remove(dataPath);
        }
        for (var gateway : Set.copyOf(gateways)) {
            asked.computeIfAbsent(gateway, key -> threads.submit(() -> keepAsking(key)));
        }
    }

    /** How the gateways of a namespace see the nodes of a pool. */
    List<NodeReport> nodes(String namespace, String pool) {
        return answers.entrySet().stream()
                .filter(entry -> entry.getKey().dataPath().namespace().equals(namespace))
                .flatMap(entry -> entry.getValue().nodes().getOrDefault(pool, List.of()).stream())
                .toList();
    }

    /** Whether questions come to an end: gateways have places for a number of them. */
    boolean alive() {
        return stalls.alive();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void keepAsking(Gateway gateway) {
        try {
            int failures = 0;
            while (true) {
                failures = askSafely(gateway, failures);
                Thread.sleep(period);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The gateway is gone, or this is closed.
        }
    }

    /** Nobody would ask the gateway again after an error. */
    private int askSafely(Gateway gateway, int failures) throws InterruptedException {
        try {
            return ask(gateway, failures);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "asking gateway " + gateway.pod() + " failed, retrying", e);
            return failures + 1;
        }
    }

    private void report(Gateway gateway, Set<String> pools) {
        for (var pool : pools) {
            try {
                onChange.accept(new ObjectKey(gateway.dataPath().namespace(), pool));
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the report of gateway " + gateway.pod() + " was not processed",
                        e);
            }
        }
    }

    /**
     * Asks once, when there is a place for the question among those of its DataPath and among all.
     *
     * @param failures failed questions in a row before this one
     * @return the same, with this one
     */
    private int ask(Gateway gateway, int failures) throws InterruptedException {
        var own = places.computeIfAbsent(gateway.dataPath(), key -> new Places(4, 2))
                .of(failures);
        own.acquire();
        try {
            var shared = all.of(failures);
            shared.acquire();
            try {
                report(gateway, keep(gateway, nodes(gateway)));
                return 0;
            } finally {
                shared.release();
            }
        } catch (IOException | RuntimeException e) {
            // Its last report stays for a while: a gateway that does not answer says nothing about nodes.
            LOG.log(System.Logger.Level.DEBUG, "gateway {0} does not answer: {1}", gateway.pod(), e.toString());
            if (failures + 1 >= MAX_FAILURES) {
                report(gateway, expire(gateway));
            }
            return failures + 1;
        } finally {
            own.release();
        }
    }

    private Map<String, List<NodeReport>> nodes(Gateway gateway) throws IOException, InterruptedException {
        try (var asking = stalls.begin()) {
            return NodeTable.parse(gateway.pod(), question.clusters(gateway), () -> question.checkEvents(gateway));
        }
    }

    /** The pools of which it reports something else than before. */
    private synchronized Set<String> keep(Gateway gateway, Map<String, List<NodeReport>> nodes) {
        if (!asked.containsKey(gateway)) {
            return Set.of();
        }
        var last = answers.put(gateway, new Answer(nodes, clock.instant()));
        var before = last == null ? Map.<String, List<NodeReport>>of() : last.nodes();
        var pools = new TreeSet<>(nodes.keySet());
        pools.addAll(before.keySet());
        pools.removeIf(pool -> Objects.equals(before.get(pool), nodes.get(pool)));
        return pools;
    }

    /** The pools of which a report has expired. */
    private synchronized Set<String> expire(Gateway gateway) {
        var last = answers.get(gateway);
        return last != null && isOld(last) && answers.remove(gateway, last)
                ? last.nodes().keySet()
                : Set.of();
    }

    private boolean isOld(Answer answer) {
        return answer.at().plus(MAX_AGE).isBefore(clock.instant());
    }
}
