package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.engine.DataPaths;
import dev.datapath.operator.engine.Engine;
import dev.datapath.operator.engine.Infra;
import dev.datapath.operator.engine.LogContext;
import dev.datapath.operator.manifest.ManifestSet;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.status.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The control loop of standalone mode, on one thread: gather → compile → publish → run gateways → record status. Other
 * threads store their latest result and wake the loop, so bursts are coalesced. A pass without a change pushes nothing
 * and writes nothing.
 */
final class ControlLoop implements Runnable {
    private static final System.Logger LOG = System.getLogger(ControlLoop.class.getName());
    private static final Duration IDLE = Duration.ofSeconds(30);
    /** How long the status of an earlier run is trusted: longer than a look-up of a host name takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(12);
    /** A change passes through several states within milliseconds; status files need not show each of them. */
    private static final Duration STATUS_PACE = Duration.ofMillis(100);

    private record Seen(ManifestSet objects, long nanos) {}

    private final Signal signal;
    private final InstantSource clock;
    private final ManifestObjects objects;
    private final DataPaths dataPaths;
    private final Engine engine;
    private final LocalFleet fleet;
    private final FleetObserver observer;
    private final PortRetry portRetry;
    private final StatusPass status;
    private final Reporter reporter;
    private final AtomicReference<@Nullable Seen> newest = new AtomicReference<>();
    /** The result of running each DataPath; none for a DataPath that waits for the names in its first plan. */
    private final Map<ObjectKey, Infra.Run> runs = new TreeMap<>();

    private final Set<ObjectKey> waiting = new TreeSet<>();
    private final CountDownLatch firstPass = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile boolean leaving;
    private Instant statusDue = Instant.EPOCH;
    private boolean statusPending;
    /** Until when a status from an earlier run is trusted; null before the first pass. */
    private @Nullable Instant settledBy;

    private boolean settled;

    /** @param clock for elapsed time */
    ControlLoop(
            Signal signal,
            InstantSource clock,
            ManifestObjects objects,
            DataPaths dataPaths,
            Engine engine,
            LocalFleet fleet,
            FleetObserver observer,
            PortRetry portRetry,
            StatusPass status,
            Reporter reporter) {
        this.signal = signal;
        this.clock = clock;
        this.objects = objects;
        this.dataPaths = dataPaths;
        this.engine = engine;
        this.fleet = fleet;
        this.observer = observer;
        this.portRetry = portRetry;
        this.status = status;
        this.reporter = reporter;
    }

    /** Sets the current objects; earlier objects that have not been processed are skipped. */
    void offer(ManifestSet objects) {
        newest.set(new Seen(objects, System.nanoTime()));
        signal.wake();
    }

    /** All gateways complete their transfers and end, then the loop ends. */
    void stop() {
        stopping = true;
        signal.wake();
    }

    /** Whether the objects were read and every DataPath's first plan was compiled. */
    boolean ready() {
        return firstPass.getCount() == 0;
    }

    /** Ends the loop after the current pass and keeps the gateways running. */
    void leave() {
        leaving = true;
        signal.wake();
    }

    CountDownLatch ended() {
        return ended;
    }

    @Override
    public void run() {
        try {
            while (true) {
                try {
                    pass();
                } catch (RuntimeException | Error e) {
                    LOG.log(System.Logger.Level.ERROR, "control loop pass failed, retrying", e);
                }
                if (leaving || (stopping && fleet.isEmpty())) {
                    return;
                }
                signal.await(untilNext());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }

    private void pass() {
        var now = clock.instant();
        var seen = newest.get();
        if (stopping) {
            fleet.endAll();
        } else if (seen != null) {
            apply(seen);
        }
        fleet.step(now);
        if (seen != null) {
            if (waiting.isEmpty()) {
                firstPass.countDown();
            }
            report(seen.objects(), observe(), now);
        }
    }

    private void apply(Seen seen) {
        objects.take(seen.objects());
        var present = new TreeMap<ObjectKey, DataPath>();
        seen.objects().dataPaths().forEach(admitted -> present.put(Identity.key(admitted.object()), admitted.object()));
        dataPaths.retain(present.keySet());
        fleet.retain(present.keySet());
        runs.keySet().retainAll(present.keySet());
        waiting.clear();
        present.forEach((key, dataPath) -> {
            try (var lines = LogContext.of(Identity.ref(dataPath))) {
                engine.apply(dataPath, seen.nanos()).ifPresentOrElse(run -> runs.put(key, run), () -> waiting.add(key));
            }
        });
        // A gateway without a DataPath may belong to a DataPath that is currently unreadable.
        if (waiting.isEmpty() && !seen.objects().mayHideDataPath()) {
            fleet.endOrphans();
        }
    }

    /** Runs in each pass, even when the status is written later: clients wait for acknowledgements of gateways. */
    private Map<ObjectKey, Fleet> observe() {
        var fleets = new TreeMap<ObjectKey, Fleet>();
        runs.forEach((key, run) -> dataPaths.find(key).ifPresent(managed -> {
            try (var lines = LogContext.of(Identity.ref(managed.outcome().dataPath()))) {
                var seen = engine.observe(managed, run);
                engine.record(managed, seen);
                fleets.put(key, seen);
            }
        }));
        return fleets;
    }

    private void report(ManifestSet all, Map<ObjectKey, Fleet> fleets, Instant now) {
        statusPending = now.isBefore(statusDue);
        if (statusPending) {
            return;
        }
        statusDue = now.plus(STATUS_PACE);
        portRetry.step(fleets, now);
        status.run(all, settled(fleets, now));
        reporter.report(all, dataPaths.all().toList(), fleet);
    }

    /**
     * Whether the status can be determined: all names were looked up, and gateways run the published configuration.
     */
    private boolean settled(Map<ObjectKey, Fleet> fleets, Instant now) {
        if (settledBy == null) {
            settledBy = now.plus(PATIENCE);
        }
        settled = settled
                || !now.isBefore(settledBy)
                || (waiting.isEmpty() && fleets.values().stream().allMatch(Fleet::allAcknowledged));
        return settled;
    }

    private Optional<Duration> nextRun() {
        return runs.values().stream().flatMap(run -> run.next().stream()).min(Duration::compareTo);
    }

    private Duration untilNext() {
        var now = clock.instant();
        var status = statusPending ? Optional.of(statusDue) : Optional.<Instant>empty();
        var trusted = settled ? Optional.<Instant>empty() : Optional.ofNullable(settledBy);
        var due = Stream.of(
                        fleet.nextStep(),
                        portRetry.nextStep(),
                        observer.nextStep(),
                        status,
                        trusted,
                        stopping ? Optional.<Instant>empty() : nextRun().map(now::plus),
                        Optional.of(now.plus(IDLE)))
                .flatMap(Optional::stream)
                .min(Instant::compareTo)
                .orElseThrow();
        return Duration.between(now, due);
    }
}
