package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.UnreadObject;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.names.HostResolver;
import dev.datapath.operator.status.Fleet;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The script of a DataPath, wherever it runs: gather → compile → publish → run → observe → acknowledge. Safe for several threads, as long as
 * each DataPath is one thread's at a time.
 */
public final class Engine {
    private static final System.Logger LOG = System.getLogger(Engine.class.getName());

    private final Gatherer gatherer;
    private final DecisionKeeper decisions;
    private final Infra infra;
    private final DataPaths dataPaths;
    private final Publisher publisher;
    private final DeliveryMetrics metrics;
    private final Consumer<String> changed;
    private final InstantSource clock;

    /**
     * @param changed called with a namespace when the status of its objects may have changed
     * @param clock the time of day: certificates and decisions expire by it
     */
    public Engine(
            ObjectSource source,
            HostResolver resolver,
            DecisionKeeper decisions,
            Infra infra,
            DataPaths dataPaths,
            Publisher publisher,
            DeliveryMetrics metrics,
            Consumer<String> changed,
            InstantSource clock) {
        gatherer = new Gatherer(source, resolver, clock);
        this.decisions = decisions;
        this.infra = infra;
        this.dataPaths = dataPaths;
        this.publisher = publisher;
        this.metrics = metrics;
        this.changed = changed;
        this.clock = clock;
    }

    /**
     * Has gateways run a DataPath as it is declared now.
     *
     * @param seenNanos when the change was seen, as {@link System#nanoTime}
     * @return empty while objects or host names that it needs are awaited; the same is to be tried again then
     */
    public Optional<Infra.Run> apply(DataPath dataPath, long seenNanos) {
        var managed = dataPaths.of(Identity.key(dataPath), dataPath);
        managed.until(Engine.class, () -> gatherer.forget(Identity.ref(dataPath)));
        decisions.keep(managed, dataPath);
        // An expiry takes effect though inputs cannot be gathered.
        adjust(managed, managed.adjust(clock.instant()));
        if (UnreadObject.finding(dataPath).isPresent()) {
            managed.suspend(true);
            return Optional.of(Infra.Run.DONE);
        }
        try {
            boolean first = managed.outcome().plan() == null;
            var inputs = gatherer.gather(
                    dataPath,
                    first ? infra.remembered(managed, dataPath) : managed.lastGood(),
                    first,
                    dataPaths.room(managed.key()));
            if (inputs.isEmpty()) {
                return Optional.empty();
            }
            managed.suspend(false);
            publish(managed, inputs.get(), seenNanos);
            var plan = managed.outcome().plan();
            var run = plan == null ? Infra.Run.DONE : infra.run(managed, plan, inputs.get());
            return Optional.of(run.withNext(pause(managed)));
        } catch (ObjectSource.Unavailable e) {
            managed.suspend(true);
            LOG.log(System.Logger.Level.WARNING, "DataPath {0}: {1}", managed.key(), e.problem());
            return Optional.of(Infra.Run.blocked(e.problem()).withNext(pause(managed)));
        }
    }

    /** How long until the next step is due though nothing happens; empty when none is. */
    private Optional<Duration> pause(ManagedDataPath managed) {
        var step = managed.nextStep().map(due -> Duration.between(clock.instant(), due));
        return Stream.of(decisions.pause(managed), step)
                .flatMap(Optional::stream)
                .min(Duration::compareTo);
    }

    private void publish(ManagedDataPath managed, ResourceSet inputs, long seenNanos) {
        long start = System.nanoTime();
        var step = managed.compile(inputs);
        if (step instanceof Step.Unchanged || step instanceof Step.Adjusted) {
            adjust(managed, step);
            return;
        }
        var plan = step instanceof Step.Compiled compiled ? compiled.plan() : null;
        if (plan != null) {
            infra.prepare(managed, plan, inputs);
        }
        managed.take(step, publisher, seenNanos);
        if (plan != null && managed.outcome().defect().isEmpty()) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "DataPath {0}: configuration {1} published",
                    managed.key(),
                    managed.outcome().version());
        }
        metrics.compiled(System.nanoTime() - start);
        dataPaths.compiled();
        // Findings about other objects may be new, though the gateways see no difference.
        changed.accept(managed.key().namespace());
    }

    /** Decisions concern StoragePools alone, as soon as status shows others. */
    private void adjust(ManagedDataPath managed, Step step) {
        var shown = managed.outcome().adjustments();
        managed.take(step, publisher, 0);
        if (!managed.outcome().adjustments().equals(shown)) {
            changed.accept(managed.key().namespace());
        }
    }

    /**
     * How the gateways of a DataPath are. A plan that every ready gateway runs is stored first for those that start while no operator is
     * there, and counts as acknowledged then: Programmed holds for them too.
     */
    public Fleet observe(ManagedDataPath managed, Infra.Run run) {
        var fleet = infra.observe(managed, run);
        if (!managed.awaitsAcknowledgement() || !fleet.delivered()) {
            return fleet;
        }
        var plan = managed.outcome().plan();
        var problem = plan == null ? Optional.<String>empty() : infra.keep(managed, plan);
        if (problem.isPresent()) {
            return fleet.with(new Fleet.Obstacle.NotStored(problem.get()));
        }
        managed.acknowledged();
        LOG.log(
                System.Logger.Level.INFO,
                "DataPath {0}: {1}/{2} gateways run configuration {3}",
                managed.key(),
                fleet.synced(),
                fleet.desired(),
                fleet.version());
        long since = managed.takePendingSince();
        if (since != 0) {
            metrics.applied(System.nanoTime() - since);
        }
        changed.accept(managed.key().namespace());
        return fleet;
    }

    /** Remembers how the gateways of a DataPath are: the status of other objects speaks of it. */
    public void record(ManagedDataPath managed, Fleet fleet) {
        if (managed.record(fleet)) {
            changed.accept(managed.key().namespace());
        }
    }

    /** The findings about a pool that no DataPath uses. Empty while the answer for an object that it names is awaited. */
    Optional<List<Finding>> findings(StoragePool pool) {
        return gatherer.findings(pool);
    }

    /** What only this object names is not kept current any more. */
    public void forget(ObjectRef object) {
        gatherer.forget(object);
    }
}
