package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.References;
import dev.datapath.operator.control.DataPathRun;
import dev.datapath.operator.control.HostResolver;
import dev.datapath.operator.manifest.Admitted;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.manifest.ManifestSet;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.status.Fleet;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The script of standalone mode, on one thread: gather → compile → publish → run gateways → record status. Whatever happens
 * elsewhere leaves its newest result and wakes the loop, so that bursts coalesce; a pass in which nothing changed pushes
 * nothing and writes nothing.
 */
final class ControlLoop implements Runnable {
    private static final System.Logger LOG = System.getLogger(ControlLoop.class.getName());
    private static final Duration IDLE = Duration.ofSeconds(30);
    /** A change passes through several states within milliseconds; files need not show each of them. */
    private static final Duration STATUS_PACE = Duration.ofMillis(100);

    private record Seen(ManifestSet objects, long nanos) {}

    private final Signal signal;
    private final InstantSource clock;
    private final HostResolver resolver;
    private final Publisher publisher;
    private final LocalFleet fleet;
    private final FleetObserver observer;
    private final PortRetry portRetry;
    private final StatusPass status;
    private final Reporter reporter;
    private final AtomicReference<@Nullable Seen> newest = new AtomicReference<>();
    private final SortedMap<ObjectKey, DataPathRun> runs = new TreeMap<>();
    private final FirstLookUps lookUps = new FirstLookUps();
    private final CountDownLatch firstPass = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile boolean leaving;
    private Instant statusDue = Instant.EPOCH;
    private boolean statusPending;
    /** Until when a status from an earlier run is trusted; null before the first pass. */
    private @Nullable Instant settledBy;

    private boolean settled;

    ControlLoop(
            Signal signal,
            InstantSource clock,
            HostResolver resolver,
            Publisher publisher,
            LocalFleet fleet,
            FleetObserver observer,
            PortRetry portRetry,
            StatusPass status,
            Reporter reporter) {
        this.signal = signal;
        this.clock = clock;
        this.resolver = resolver;
        this.publisher = publisher;
        this.fleet = fleet;
        this.observer = observer;
        this.portRetry = portRetry;
        this.status = status;
        this.reporter = reporter;
    }

    /** Takes the objects as they are now; what was offered before and not looked at yet is skipped. */
    void offer(ManifestSet objects) {
        newest.set(new Seen(objects, System.nanoTime()));
        signal.wake();
    }

    /** All gateways finish their transfers and end, then the loop does. */
    void stop() {
        stopping = true;
        signal.wake();
    }

    /** Whether the objects were read and every DataPath's first plan was compiled. */
    boolean ready() {
        return firstPass.getCount() == 0;
    }

    /** Ends with the pass under way and leaves gateways as they are. */
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
                    LOG.log(
                            System.Logger.Level.ERROR,
                            "a pass of the control loop failed; the next one tries again",
                            e);
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
            fleet.retain(List.of());
        } else if (seen != null) {
            resolver.want(References.hosts(pools(seen.objects())));
            decide(seen, now);
        }
        fleet.step(now);
        if (seen != null) {
            if (!lookUps.underWay()) {
                firstPass.countDown();
            }
            runs.values().forEach(this::measure);
            report(seen.objects(), now);
        }
    }

    private void decide(Seen seen, Instant now) {
        var present = new TreeMap<ObjectKey, Admitted<DataPath>>();
        seen.objects()
                .dataPaths()
                .forEach(admitted -> present.put(
                        new ObjectKey(admitted.ref().namespace(), admitted.ref().name()), admitted));
        runs.keySet().retainAll(present.keySet());
        publisher.retain(present.keySet());
        fleet.retain(present.keySet());
        lookUps.retain(present.keySet());
        present.forEach((key, admitted) -> {
            var discovery = resolver.discovery(key.namespace());
            if (waitsForNames(key, admitted.object(), seen.objects(), discovery, now)) {
                return;
            }
            // Objects are the same instance as long as their content is the same.
            var run = runs.computeIfAbsent(
                    key, name -> new DataPathRun(name, admitted.object(), (one, other) -> one == other));
            var set = ResourceSets.gather(
                    admitted.object(), seen.objects(), discovery, run.outcome().plan(), now);
            long start = System.nanoTime();
            if (run.update(set, publisher::publish, seen.nanos())) {
                reporter.compiled(System.nanoTime() - start);
            }
            runGateways(run);
        });
        if (!lookUps.underWay() && seen.objects().findings().stream().noneMatch(ControlLoop::mayHideDataPath)) {
            fleet.endLeftovers();
        }
    }

    private boolean waitsForNames(
            ObjectKey key, DataPath dataPath, ManifestSet objects, Discovery discovery, Instant now) {
        var pools = objects.storagePools().stream()
                .filter(pool -> pool.ref().namespace().equals(key.namespace()))
                .map(Admitted::object)
                .toList();
        var names = References.of(List.of(dataPath), pools).hosts().keySet();
        return !runs.containsKey(key)
                && lookUps.wait(key, names, discovery.hosts().keySet(), now);
    }

    /** A gateway that nothing seems to ask for may belong to a DataPath that cannot be read right now. */
    private static boolean mayHideDataPath(LocatedFinding finding) {
        var object = finding.object();
        return finding.isError() && (object == null || object.kind().equals("DataPath"));
    }

    private void runGateways(DataPathRun run) {
        var plan = run.outcome().plan();
        if (plan == null) {
            return;
        }
        for (var id : publisher.gatewaysOf(run.key())) {
            try {
                fleet.want(id, plan);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, "gateway {0} cannot be prepared: {1}", id.name(), e.toString());
            }
        }
    }

    /** Not with the status, which may come later: this is what clients wait for. */
    private void measure(DataPathRun run) {
        if (run.awaitsAcknowledgement() && observer.observe(run).delivered()) {
            run.acknowledged();
            long since = run.takePendingSince();
            if (since != 0) {
                reporter.applied(System.nanoTime() - since);
            }
        }
    }

    private void report(ManifestSet objects, Instant now) {
        statusPending = now.isBefore(statusDue);
        if (statusPending) {
            return;
        }
        statusDue = now.plus(STATUS_PACE);
        var fleets = new TreeMap<ObjectKey, Fleet>();
        runs.forEach((key, run) -> fleets.put(key, observer.observe(run)));
        portRetry.step(fleets, now);
        status.run(objects, runs, fleets, settled(fleets, now), now);
        reporter.report(objects, runs.values(), fleet);
    }

    /** Whether all that the status says can be known: all names were looked up, and gateways run what was published. */
    private boolean settled(Map<ObjectKey, Fleet> fleets, Instant now) {
        if (settledBy == null) {
            settledBy = now.plus(FirstLookUps.PATIENCE);
        }
        settled = settled
                || !now.isBefore(settledBy)
                || (!lookUps.underWay() && fleets.values().stream().allMatch(Fleet::allAcknowledged));
        return settled;
    }

    private Duration untilNext() {
        var now = clock.instant();
        var status = statusPending ? Optional.of(statusDue) : Optional.<Instant>empty();
        var trusted = settled ? Optional.<Instant>empty() : Optional.ofNullable(settledBy);
        var due = Stream.of(
                        fleet.nextStep(),
                        portRetry.nextStep(),
                        status,
                        trusted,
                        lookUps.end(),
                        Optional.of(now.plus(IDLE)))
                .flatMap(Optional::stream)
                .min(Instant::compareTo)
                .orElseThrow();
        return Duration.between(now, due);
    }

    private static List<StoragePool> pools(ManifestSet objects) {
        return objects.storagePools().stream().map(Admitted::object).toList();
    }
}
