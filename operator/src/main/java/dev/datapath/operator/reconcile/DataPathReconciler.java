package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.UnreadObject;
import dev.datapath.operator.control.DataPathRun;
import dev.datapath.operator.control.DeliveryMetrics;
import dev.datapath.operator.deploy.Labels;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.status.DataPathStatuses;
import dev.datapath.operator.status.Fleet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The script of a DataPath in a cluster: gather → compile → publish → deploy → record status. */
@ControllerConfiguration(triggerReconcilerOnAllEvents = true)
final class DataPathReconciler implements Reconciler<DataPath> {
    /** Gateways take a change over within milliseconds: status need not say in between that they have not yet. */
    static final Duration GRACE = Duration.ofMillis(250);
    /** What is in the way may go without any event that tells so. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private static final Deployer.Deployed NOTHING = new Deployer.Deployed("", false, Instant.MAX);
    private static final System.Logger LOG = System.getLogger(DataPathReconciler.class.getName());

    private final Gatherer gatherer;
    private final Runs runs;
    private final Publisher publisher;
    private final Deployer deployer;
    private final OwnedObjects<DataPath> owned;
    private final FleetObserver observer;
    private final FleetCare care;
    private final Reconnects reconnects;
    private final Neighbours neighbours;
    private final DeliveryMetrics metrics;
    private final StatusWriter writer;
    private final Duration resync;
    private final InstantSource clock;

    /** @param resync how long a DataPath is left alone at most */
    DataPathReconciler(
            Gatherer gatherer,
            Runs runs,
            Publisher publisher,
            Deployer deployer,
            OwnedObjects<DataPath> owned,
            FleetObserver observer,
            FleetCare care,
            Neighbours neighbours,
            DeliveryMetrics metrics,
            StatusWriter writer,
            Duration resync,
            InstantSource clock) {
        this.gatherer = gatherer;
        this.runs = runs;
        this.publisher = publisher;
        this.deployer = deployer;
        this.owned = owned;
        this.observer = observer;
        this.care = care;
        this.neighbours = neighbours;
        this.metrics = metrics;
        this.writer = writer;
        this.resync = resync;
        this.clock = clock;
        reconnects = new Reconnects(clock);
    }

    @Override
    public List<EventSource<?, DataPath>> prepareEventSources(EventSourceContext<DataPath> context) {
        var sources = new ArrayList<EventSource<?, DataPath>>(gatherer.eventSources(context));
        sources.addAll(owned.eventSources(context));
        sources.add(neighbours.looks(context));
        return sources;
    }

    @Override
    public UpdateControl<DataPath> reconcile(DataPath dataPath, Context<DataPath> context) {
        if (context.isPrimaryResourceDeleted()) {
            var living = context.getPrimaryCache().get(Kinds.id(Kinds.key(dataPath)));
            // The framework may tell of it when another one of its name is being looked after already.
            if (living.isEmpty() || !runs.isOf(living.get())) {
                forget(dataPath);
            }
            neighbours.gone(Kinds.ref(dataPath));
            return UpdateControl.noUpdate();
        }
        if (dataPath.getMetadata().getDeletionTimestamp() != null) {
            return UpdateControl.noUpdate();
        }
        var run = runs.of(Kinds.key(dataPath), dataPath);
        if (UnreadObject.finding(dataPath).isPresent()) {
            return report(dataPath, run, NOTHING);
        }
        try {
            var inForce = run.outcome().plan();
            var inputs = gatherer.gather(
                    dataPath,
                    inForce == null ? deployer.remembered(dataPath) : LastGood.of(inForce),
                    inForce == null,
                    runs.room(run.key()));
            if (inputs.isEmpty()) {
                return UpdateControl.<DataPath>noUpdate().rescheduleAfter(GRACE);
            }
            publish(dataPath, run, inputs.get());
            var plan = run.outcome().plan();
            return report(
                    dataPath,
                    run,
                    plan == null
                            ? NOTHING
                            : deployer.deploy(dataPath, plan, inputs.get(), !run.awaitsAcknowledgement()));
        } catch (KubernetesClientException e) {
            LOG.log(System.Logger.Level.WARNING, "DataPath {0}: {1}", run.key(), Refusal.words(e));
            return report(
                    dataPath,
                    run,
                    new Deployer.Deployed(
                            "The API server refused what the operator needs, which tries again: " + Refusal.words(e),
                            true,
                            Instant.MAX));
        }
    }

    private void publish(DataPath dataPath, DataPathRun run, ResourceSet inputs) {
        long start = System.nanoTime();
        Function<GatewayPlan, String> publish = plan -> {
            deployer.open(dataPath, plan, inputs);
            var version = publisher.publish(plan);
            LOG.log(
                    System.Logger.Level.INFO,
                    "DataPath " + run.key() + " generation "
                            + dataPath.getMetadata().getGeneration() + ": configuration " + version + " published");
            return version;
        };
        if (run.update(inputs, publish, start)) {
            metrics.compiled(System.nanoTime() - start);
            runs.compiled(run);
            // Findings about other objects may be new, though the gateways see no difference.
            neighbours.changed(run.key().namespace());
        }
    }

    private UpdateControl<DataPath> report(DataPath dataPath, DataPathRun run, Deployer.Deployed deployed) {
        var fleet = acknowledge(dataPath, run, observer.observe(run, deployed.blocked()));
        var cared = care.look(run, fleet, observer.pods(run.key()));
        var reconnecting = reconnects.pause(dataPath, fleet, care.alone(run.key(), observer.pods(run.key())));
        if (reconnecting.isPresent()) {
            return UpdateControl.<DataPath>noUpdate().rescheduleAfter(reconnecting.get());
        }
        if (runs.record(run, fleet)) {
            neighbours.changed(run.key().namespace());
        }
        var due = Stream.of(
                        cared,
                        deployed.again() || !deployed.blocked().isEmpty()
                                ? Optional.of(RETRY)
                                : Optional.<Duration>empty(),
                        due(run, fleet),
                        until(deployed.nextLook()))
                .flatMap(Optional::stream)
                .min(Duration::compareTo);
        if (underWay(run, fleet)) {
            return UpdateControl.<DataPath>noUpdate().rescheduleAfter(GRACE);
        }
        var status = status(dataPath, run, fleet);
        var next = writer.write(
                dataPath,
                new DataPath(),
                status,
                before -> Transitions.ofConditions(before.conditions(), status.conditions()));
        // The framework looks again after the resync interval unless told when: a later moment would take that away.
        due.filter(pause -> pause.compareTo(resync) < 0).ifPresent(next::rescheduleAfter);
        return next;
    }

    private Optional<Duration> until(Instant moment) {
        if (moment.equals(Instant.MAX)) {
            return Optional.empty();
        }
        var pause = Duration.between(clock.instant(), moment);
        return Optional.of(pause.compareTo(GRACE) < 0 ? GRACE : pause);
    }

    /** When the last good configuration should be stored, or stored again. */
    private Optional<Duration> due(DataPathRun run, Fleet fleet) {
        var plan = run.outcome().plan();
        if (fleet.obstacle() instanceof Fleet.Obstacle.NotStored) {
            return Optional.of(RETRY);
        }
        return plan == null || run.awaitsAcknowledgement() ? Optional.empty() : deployer.due(run.key(), plan);
    }

    /**
     * What every ready gateway runs is stored first for those that start while no operator is there, and acknowledged then: what
     * is called programmed holds for them too.
     */
    private Fleet acknowledge(DataPath dataPath, DataPathRun run, Fleet fleet) {
        var plan = run.outcome().plan();
        if (run.awaitsAcknowledgement() && fleet.delivered()) {
            var problem = plan == null ? "" : deployer.keep(dataPath, plan);
            if (!problem.isEmpty()) {
                return fleet.with(new Fleet.Obstacle.NotStored(problem));
            }
            run.acknowledged();
            LOG.log(
                    System.Logger.Level.INFO,
                    "DataPath " + run.key() + ": " + fleet.synced() + "/" + fleet.desired()
                            + " gateways run configuration " + fleet.version());
            long since = run.takePendingSince();
            if (since != 0) {
                metrics.applied(System.nanoTime() - since);
            }
            neighbours.changed(run.key().namespace());
        }
        return fleet;
    }

    /** Whether gateways that serve were sent something a moment ago, and all are still there to take it. */
    private static boolean underWay(DataPathRun run, Fleet fleet) {
        long since = run.pendingSince();
        return since != 0
                && System.nanoTime() - since < GRACE.toNanos()
                && fleet.rejected() == 0
                && fleet.desired() > 0
                && fleet.ready() >= fleet.desired();
    }

    private DataPathStatus status(DataPath dataPath, DataPathRun run, Fleet fleet) {
        var outcome = run.outcome();
        return DataPathStatuses.of(
                dataPath,
                dataPath.getMetadata().getGeneration(),
                new DataPathStatuses.Observation(
                        Stream.of(
                                        UnreadObject.finding(dataPath).stream(),
                                        outcome.about(Kinds.ref(dataPath)).stream(),
                                        deployer.findings(dataPath).stream())
                                .flatMap(findings -> findings)
                                .toList(),
                        outcome.attachedPolicies(),
                        fleet,
                        observer.addresses(run.key()),
                        Labels.DATA_PATH + "=" + run.key().name()),
                dataPath.getStatus(),
                clock.instant());
    }

    private void forget(DataPath dataPath) {
        var key = Kinds.key(dataPath);
        publisher.withdraw(key);
        runs.remove(key);
        gatherer.forget(Kinds.ref(dataPath));
        deployer.forget(key);
        care.forget(key);
        reconnects.forget(key);
        neighbours.changed(key.namespace());
    }
}
