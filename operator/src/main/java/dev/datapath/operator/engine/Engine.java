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
 * The steps of a reconciliation of a DataPath, in a cluster and standalone: gather → compile → publish → run → observe →
 * acknowledge. Thread-safe, if each DataPath is processed by one thread at a time.
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
     * @param clock wall clock, for the expiry of certificates and decisions
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
     * Applies the current declaration of a DataPath to its gateways.
     *
     * @param seenNanos when the change was detected, as {@link System#nanoTime}
     * @return empty while required objects or host names are pending; the call must be repeated when they are available
     */
    public Optional<Infra.Run> apply(DataPath dataPath, long seenNanos) {
        var managed = dataPaths.of(Identity.key(dataPath), dataPath);
        managed.until(Engine.class, () -> gatherer.forget(Identity.ref(dataPath)));
        decisions.keep(managed, dataPath);
        // An expiry takes effect even if inputs cannot be gathered.
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

    /** How long until the next step is due without any event; empty when none is. */
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
        // Findings on other objects may have changed, even if the configuration has not.
        changed.accept(managed.key().namespace());
    }

    /** Changed decisions only affect the status of StoragePools, and only when status shows them. */
    private void adjust(ManagedDataPath managed, Step step) {
        var shown = managed.outcome().adjustments();
        managed.take(step, publisher, 0);
        if (!managed.outcome().adjustments().equals(shown)) {
            changed.accept(managed.key().namespace());
        }
    }

    /**
     * Observes the gateways of a DataPath. A plan that every ready gateway runs is stored for gateways that start while no operator
     * is available. Only then it counts as acknowledged, because Programmed must be true for these, too.
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

    /** Records the state of the gateways of a DataPath, on which the status of other objects depends. */
    public void record(ManagedDataPath managed, Fleet fleet) {
        if (managed.record(fleet)) {
            changed.accept(managed.key().namespace());
        }
    }

    /** The findings on a pool that no DataPath uses. Empty while an object that it references is pending. */
    Optional<List<Finding>> findings(StoragePool pool) {
        return gatherer.findings(pool);
    }

    /** Stops watching and resolving references that only this object has. */
    public void forget(ObjectRef object) {
        gatherer.forget(object);
    }
}
