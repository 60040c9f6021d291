package dev.datapath.operator.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.deploy.PoolObjects;
import dev.datapath.operator.deploy.PublishedNode;
import dev.datapath.operator.engine.Engine;
import dev.datapath.operator.engine.LogContext;
import dev.datapath.operator.engine.Observations;
import dev.datapath.operator.infra.cluster.ApplyResult;
import dev.datapath.operator.infra.cluster.ObjectApplier;
import dev.datapath.operator.infra.cluster.OwnedObjects;
import dev.datapath.operator.infra.cluster.PublishedNodes;
import dev.datapath.operator.kubernetes.EventSources;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import dev.datapath.operator.status.PoolStatuses;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status of StoragePools: the state of their nodes as reported by the gateways that use them. Publishes their Services.
 */
@ControllerConfiguration(triggerReconcilerOnAllEvents = true)
final class StoragePoolReconciler implements Reconciler<StoragePool> {
    private static final String PUBLISH_SERVICE = "spec.publishService";

    private final Engine engine;
    private final Observations observations;
    private final Dependents dependents;
    private final OwnedObjects<StoragePool> owned;
    private final ObjectApplier applier;
    private final StatusWriter writer;
    private final InstantSource clock;
    private final boolean publishes;
    private @Nullable InformerEventSource<DataPath, StoragePool> dataPaths;

    /** @param publishes whether pools may be published */
    StoragePoolReconciler(
            Engine engine,
            Observations observations,
            Dependents dependents,
            OwnedObjects<StoragePool> owned,
            ObjectApplier applier,
            StatusWriter writer,
            InstantSource clock,
            boolean publishes) {
        this.engine = engine;
        this.observations = observations;
        this.dependents = dependents;
        this.owned = owned;
        this.applier = applier;
        this.writer = writer;
        this.clock = clock;
        this.publishes = publishes;
    }

    @Override
    public List<EventSource<?, StoragePool>> prepareEventSources(EventSourceContext<StoragePool> context) {
        var sources = new ArrayList<EventSource<?, StoragePool>>(owned.eventSources(context));
        var known = EventSources.existence(context, DataPath.class);
        dataPaths = known;
        sources.add(known);
        sources.add(dependents.follow(context));
        sources.add(dependents.triggers(context));
        return sources;
    }

    @Override
    public UpdateControl<StoragePool> reconcile(StoragePool pool, Context<StoragePool> context) {
        try (var lines = LogContext.of(Identity.ref(pool))) {
            return reconciled(pool, context);
        }
    }

    private UpdateControl<StoragePool> reconciled(StoragePool pool, Context<StoragePool> context) {
        if (writer.closed()) {
            return UpdateControl.noUpdate();
        }
        var ref = Identity.ref(pool);
        if (context.isPrimaryResourceDeleted()) {
            engine.forget(ref);
            dependents.deleted(ref);
            return UpdateControl.noUpdate();
        }
        var known = observations.of(pool, living(ref.namespace()));
        if (known.isEmpty()) {
            // It is unknown yet whether a DataPath uses the pool. The first reconciliation of that DataPath triggers
            // this pool.
            return UpdateControl.noUpdate();
        }
        var seen = known.get();
        var unpublished = publishService(pool, seen.plan(), seen.reports());
        var status = PoolStatuses.of(
                pool,
                pool.getMetadata().getGeneration(),
                new PoolStatuses.Observation(
                        Stream.concat(seen.findings().stream(), unpublished.stream())
                                .toList(),
                        seen.plan(),
                        seen.weights(),
                        seen.reports()),
                pool.getStatus(),
                clock.instant());
        return writer.write(
                pool,
                new StoragePool(),
                status,
                before -> Stream.concat(
                                Transitions.ofConditions(before.conditions(), status.conditions()).stream(),
                                Transitions.ofNodes(before.nodes(), status.nodes()).stream())
                        .toList());
    }

    /**
     * The DataPaths of a namespace without those being deleted: these do not matter for a pool and may not be reconciled any more.
     */
    private List<ObjectKey> living(String namespace) {
        return dataPaths == null
                ? List.of()
                : dataPaths
                        .list(namespace, dataPath -> dataPath.getMetadata().getDeletionTimestamp() == null)
                        .map(Identity::key)
                        .toList();
    }

    /**
     * Applies the Service that publishes the pool to clients other than gateways, or deletes it when it is no longer wanted.
     * Returns the conflicts.
     */
    private List<Finding> publishService(StoragePool pool, @Nullable PoolPlan plan, List<NodeReport> reports) {
        if (!publishes && pool.getSpec() != null && pool.getSpec().publishService()) {
            applier.apply(pool, List.of());
            return List.of(new Finding(
                    Identity.ref(pool),
                    Finding.Severity.ERROR,
                    Reason.NotAllowed,
                    PUBLISH_SERVICE,
                    "published pools are not allowed, so the pool has no Service: remove publishService, or ask the administrator of the"
                            + " operator to set the chart value gateway.allowed.publishService to true"));
        }
        var nodes = plan == null ? List.<PublishedNode>of() : PublishedNodes.of(plan, reports, publishedAsDown(pool));
        return applier.apply(pool, PoolObjects.of(pool, nodes)).obstacles().stream()
                .filter(obstacle -> obstacle.kind() == ApplyResult.Obstacle.Kind.NotOurs
                        || obstacle.kind() == ApplyResult.Obstacle.Kind.Refused)
                .map(obstacle -> new Finding(
                        Identity.ref(pool),
                        Finding.Severity.ERROR,
                        Reason.Conflicted,
                        PUBLISH_SERVICE,
                        obstacle.message()))
                .toList();
    }

    private Predicate<NodePlan> publishedAsDown(StoragePool pool) {
        var down = PoolObjects.down(owned.of(EndpointSlice.class, Identity.key(pool)));
        return node -> down.contains(IpAddress.parse(node.address())
                .map(address -> address.withPort(node.port()))
                .orElse(""));
    }
}
