package dev.datapath.operator.telemetry;

import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.model.GatewayReport;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.threads.Stalls;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Scrapes gateways, each on its own thread, and keeps the latest report of each. A report expires only after failed
 * scrapes: a gateway that waits for a slot is not a failing gateway. Thread-safe.
 *
 * @param <E> an endpoint, see {@link ScrapedGateway}
 */
public final class GatewayReports<E> implements AutoCloseable {
    /** The report of a gateway that does not respond is used for at least this time. */
    static final Duration MAX_AGE = Duration.ofSeconds(30);

    /** A report expires after this number of consecutive failed scrapes, and not before {@link #MAX_AGE}. */
    static final int MAX_FAILURES = 3;

    private static final System.Logger LOG = System.getLogger(GatewayReports.class.getName());

    /** The gateways of one DataPath. */
    private final class Gateways {
        private final Bulkhead slots = new Bulkhead(4, 2);
        private final Map<ScrapedGateway<E>, Followed> followed = new HashMap<>();
    }

    /** A scraped gateway and its latest report. Guarded by the enclosing object. */
    private final class Followed implements ScrapeLoop.Results {
        private final ObjectKey dataPath;
        private final Thread thread;
        private Optional<Set<String>> listeners = Optional.empty();
        private GatewayReport report = GatewayReport.NONE;
        private Instant reportedAt = clock.instant();
        private boolean dropped;

        Followed(ObjectKey dataPath, ScrapedGateway<E> gateway, Bulkhead slots) {
            this.dataPath = dataPath;
            thread = Thread.ofVirtual()
                    .name("scrape-" + dataPath + "-" + gateway.name())
                    .unstarted(new ScrapeLoop<>(gateway, slots, shared, this));
        }

        @Override
        public void succeeded(ScrapeLoop.Answers answers) {
            notifyOf(keep(this, answers));
        }

        @Override
        public void failed(int failures) {
            notifyOf(fail(this, failures));
        }
    }

    private final ScrapeLoop.Shared<E> shared;
    private final Consumer<ObjectRef> onChange;
    private final InstantSource clock;
    private final Stalls stalls;
    private final Map<ObjectKey, Gateways> dataPaths = new HashMap<>();
    /** By StoragePool: the reports that the reconciliation of a pool needs, without a scan of all reports. */
    private final Map<ObjectRef, Map<Followed, List<NodeReport>>> pools = new HashMap<>();

    private boolean closed;

    /**
     * @param onChange called on any thread when the result of a scrape differs from the previous one: with each
     *     StoragePool whose reports on nodes differ, and with the DataPath when its unknown domains, its readiness or
     *     its listeners differ
     * @param clock for the age of reports, which is elapsed time
     */
    public GatewayReports(
            Scraper<E> scraper, ScrapeSettings settings, Consumer<ObjectRef> onChange, InstantSource clock) {
        this(scraper, settings, onChange, clock, new Stalls(System::nanoTime));
    }

    GatewayReports(
            Scraper<E> scraper,
            ScrapeSettings settings,
            Consumer<ObjectRef> onChange,
            InstantSource clock,
            Stalls stalls) {
        this.onChange = onChange;
        this.clock = clock;
        this.stalls = stalls;
        shared = new ScrapeLoop.Shared<>(scraper, settings, new Bulkhead(32, 16), clock, stalls);
    }

    /**
     * Sets the gateways of a DataPath that are scraped. The reports of its other gateways are dropped without a
     * notification. Does nothing for gateways that are already scraped.
     */
    public synchronized void scrape(ObjectKey dataPath, Collection<ScrapedGateway<E>> gateways) {
        if (closed) {
            return;
        }
        var wanted = Set.copyOf(gateways);
        var known = dataPaths.computeIfAbsent(dataPath, key -> new Gateways());
        known.followed.entrySet().removeIf(entry -> !wanted.contains(entry.getKey()) && drop(entry.getValue()));
        for (var gateway : wanted) {
            if (!known.followed.containsKey(gateway)) {
                var followed = new Followed(dataPath, gateway, known.slots);
                known.followed.put(gateway, followed);
                followed.thread.start();
            }
        }
        if (wanted.isEmpty()) {
            dataPaths.remove(dataPath);
        }
    }

    /** Stops scraping the gateways of a DataPath, and drops their reports. */
    public void forget(ObjectKey dataPath) {
        scrape(dataPath, List.of());
    }

    /** The reports of the gateways of a namespace on the nodes of a pool. */
    public synchronized List<NodeReport> nodes(String namespace, String pool) {
        return pools.getOrDefault(pool(namespace, pool), Map.of()).values().stream()
                .flatMap(List::stream)
                .toList();
    }

    /** The base domains of a DataPath that a store does not know, as reported by at least one gateway. */
    public synchronized Set<DomainUse> unknownDomains(ObjectKey dataPath) {
        return followed(dataPath).values().stream()
                .flatMap(gateway -> gateway.report.unknownDomains().stream())
                .collect(Collectors.toSet());
    }

    /**
     * The names of the listeners that this process of a gateway serves, according to its last scrape. Empty when it is
     * not ready, did not respond, or its {@link ScrapeSettings#readiness} is not scraped.
     */
    public synchronized Optional<Set<String>> listeners(ObjectKey dataPath, ScrapedGateway<E> gateway) {
        return Optional.ofNullable(followed(dataPath).get(gateway)).flatMap(known -> known.listeners);
    }

    /** Whether scrapes complete. A scrape that hangs holds its slot until a restart. */
    public boolean alive() {
        return stalls.alive();
    }

    /** Stops scraping. Reports are kept. */
    @Override
    public synchronized void close() {
        closed = true;
        dataPaths.values().forEach(known -> known.followed.values().forEach(gateway -> gateway.thread.interrupt()));
    }

    private Map<ScrapedGateway<E>, Followed> followed(ObjectKey dataPath) {
        var known = dataPaths.get(dataPath);
        return known == null ? Map.of() : known.followed;
    }

    private boolean drop(Followed gateway) {
        gateway.dropped = true;
        gateway.thread.interrupt();
        replace(gateway, Optional.empty(), GatewayReport.NONE);
        return true;
    }

    private synchronized Set<ObjectRef> keep(Followed gateway, ScrapeLoop.Answers answers) {
        if (gateway.dropped) {
            return Set.of();
        }
        gateway.reportedAt = clock.instant();
        return replace(gateway, answers.listeners(), answers.report());
    }

    /** A gateway that does not respond reports nothing on nodes; its last report is used for some time. */
    private synchronized Set<ObjectRef> fail(Followed gateway, int failures) {
        if (gateway.dropped) {
            return Set.of();
        }
        boolean expired =
                failures >= MAX_FAILURES && gateway.reportedAt.plus(MAX_AGE).isBefore(clock.instant());
        return replace(gateway, Optional.empty(), expired ? GatewayReport.NONE : gateway.report);
    }

    /** Returns the objects whose reports have changed. */
    private SortedSet<ObjectRef> replace(Followed gateway, Optional<Set<String>> listeners, GatewayReport report) {
        var changed = new TreeSet<ObjectRef>();
        var before = gateway.report;
        if (!gateway.listeners.equals(listeners) || !before.unknownDomains().equals(report.unknownDomains())) {
            changed.add(new ObjectRef("DataPath", gateway.dataPath.namespace(), gateway.dataPath.name()));
        }
        gateway.listeners = listeners;
        gateway.report = report;
        var names = new TreeSet<>(before.nodes().keySet());
        names.addAll(report.nodes().keySet());
        for (var name : names) {
            var nodes = report.nodes().get(name);
            if (!Objects.equals(before.nodes().get(name), nodes)) {
                var pool = pool(gateway.dataPath.namespace(), name);
                index(pool, gateway, nodes);
                changed.add(pool);
            }
        }
        return changed;
    }

    private void index(ObjectRef pool, Followed gateway, @Nullable List<NodeReport> nodes) {
        if (nodes != null) {
            pools.computeIfAbsent(pool, name -> new LinkedHashMap<>()).put(gateway, nodes);
            return;
        }
        var reports = pools.get(pool);
        if (reports != null && reports.remove(gateway) != null && reports.isEmpty()) {
            pools.remove(pool);
        }
    }

    private void notifyOf(Set<ObjectRef> changed) {
        for (var object : changed) {
            try (var notifying = stalls.begin()) {
                onChange.accept(object);
            } catch (RuntimeException | Error failed) {
                LOG.log(System.Logger.Level.ERROR, "new reports on " + object + " were not processed", failed);
            }
        }
    }

    private static ObjectRef pool(String namespace, String name) {
        return new ObjectRef("StoragePool", namespace, name);
    }
}
