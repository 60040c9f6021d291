package dev.datapath.operator.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.deploy.Labels;
import dev.datapath.operator.engine.DataPaths;
import dev.datapath.operator.engine.Engine;
import dev.datapath.operator.engine.Infra;
import dev.datapath.operator.engine.LogContext;
import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.engine.Observations;
import dev.datapath.operator.infra.cluster.ClusterInfra;
import dev.datapath.operator.infra.cluster.OwnedObjects;
import dev.datapath.operator.source.cluster.ClusterObjects;
import dev.datapath.operator.status.DataPathStatuses;
import dev.datapath.operator.status.Fleet;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reconciles a DataPath with the {@link Engine}, and writes its status. */
@ControllerConfiguration(triggerReconcilerOnAllEvents = true)
final class DataPathReconciler implements Reconciler<DataPath> {
    /**
     * Gateways acknowledge a change within milliseconds. Status is not written in between, because it would only report a pending
     * change.
     */
    static final Duration GRACE = Duration.ofMillis(250);
    /** An obstacle may disappear without an event. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Engine engine;
    private final Observations observations;
    private final DataPaths dataPaths;
    private final ClusterObjects objects;
    private final ClusterInfra infra;
    private final OwnedObjects<DataPath> owned;
    private final Dependents dependents;
    private final StatusWriter writer;
    private final Duration resync;
    private final InstantSource clock;

    /** @param resync longest time between two reconciliations of a DataPath */
    DataPathReconciler(
            Engine engine,
            Observations observations,
            DataPaths dataPaths,
            ClusterObjects objects,
            ClusterInfra infra,
            OwnedObjects<DataPath> owned,
            Dependents dependents,
            StatusWriter writer,
            Duration resync,
            InstantSource clock) {
        this.engine = engine;
        this.observations = observations;
        this.dataPaths = dataPaths;
        this.objects = objects;
        this.infra = infra;
        this.owned = owned;
        this.dependents = dependents;
        this.writer = writer;
        this.resync = resync;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, DataPath>> prepareEventSources(EventSourceContext<DataPath> context) {
        var sources = new ArrayList<EventSource<?, DataPath>>(objects.eventSources(context));
        sources.addAll(owned.eventSources(context));
        sources.add(dependents.triggers(context));
        return sources;
    }

    @Override
    public UpdateControl<DataPath> reconcile(DataPath dataPath, Context<DataPath> context) {
        try (var lines = LogContext.of(Identity.ref(dataPath))) {
            return reconciled(dataPath, context);
        }
    }

    private UpdateControl<DataPath> reconciled(DataPath dataPath, Context<DataPath> context) {
        if (writer.closed()) {
            return UpdateControl.noUpdate();
        }
        if (context.isPrimaryResourceDeleted()) {
            dataPaths.remove(Identity.key(dataPath), dataPath);
            dependents.changed(dataPath.getMetadata().getNamespace());
            dependents.deleted(Identity.ref(dataPath));
            return UpdateControl.noUpdate();
        }
        if (dataPath.getMetadata().getDeletionTimestamp() != null) {
            dataPaths.find(Identity.key(dataPath)).ifPresent(known -> known.suspend(true));
            return UpdateControl.noUpdate();
        }
        var run = engine.apply(dataPath, System.nanoTime());
        return run.isEmpty()
                ? UpdateControl.<DataPath>noUpdate().rescheduleAfter(GRACE)
                : report(dataPath, dataPaths.of(Identity.key(dataPath), dataPath), run.get());
    }

    private UpdateControl<DataPath> report(DataPath dataPath, ManagedDataPath managed, Infra.Run run) {
        var fleet = engine.observe(managed, run);
        var infraDue = infra.maintain(managed, fleet);
        var reconnecting = infra.pause(dataPath, managed, fleet);
        if (reconnecting.isPresent()) {
            return UpdateControl.<DataPath>noUpdate().rescheduleAfter(reconnecting.get());
        }
        engine.record(managed, fleet);
        if (changePending(managed, fleet)) {
            return UpdateControl.<DataPath>noUpdate().rescheduleAfter(GRACE);
        }
        var status = DataPathStatuses.of(
                dataPath,
                dataPath.getMetadata().getGeneration(),
                observations.of(
                        dataPath,
                        managed,
                        fleet,
                        Labels.DATA_PATH + "=" + managed.key().name()),
                dataPath.getStatus(),
                clock.instant());
        var next = writer.write(
                dataPath,
                new DataPath(),
                status,
                before -> Transitions.ofConditions(before.conditions(), status.conditions()));
        var due = Stream.of(
                        infraDue,
                        run.retry() || run.blocked().isPresent() ? Optional.of(RETRY) : Optional.<Duration>empty(),
                        due(managed, fleet),
                        run.next().map(pause -> pause.compareTo(GRACE) < 0 ? GRACE : pause))
                .flatMap(Optional::stream)
                .min(Duration::compareTo);
        // Without a schedule the framework reconciles after the resync interval. A later schedule would replace that
        // one.
        due.filter(pause -> pause.compareTo(resync) < 0).ifPresent(next::rescheduleAfter);
        return next;
    }

    /** How long until the last good configuration must be stored; empty when it need not be. */
    private Optional<Duration> due(ManagedDataPath managed, Fleet fleet) {
        var plan = managed.outcome().plan();
        if (fleet.obstacle() instanceof Fleet.Obstacle.NotStored) {
            return Optional.of(RETRY);
        }
        return plan == null || managed.awaitsAcknowledgement() ? Optional.empty() : infra.due(managed, plan);
    }

    /** Whether a change was sent less than {@link #GRACE} ago, all gateways are ready and none has rejected it. */
    private static boolean changePending(ManagedDataPath managed, Fleet fleet) {
        long since = managed.pendingSince();
        return since != 0
                && System.nanoTime() - since < GRACE.toNanos()
                && fleet.rejected() == 0
                && fleet.desired() > 0
                && fleet.ready() >= fleet.desired();
    }
}
