package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.api.v1alpha1.StoragePoolStatus;
import dev.datapath.operator.compile.Finding;
import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.compile.Reason;
import dev.datapath.operator.control.DataPathRun;
import dev.datapath.operator.deploy.PoolObjects;
import dev.datapath.operator.deploy.PublishedNode;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import dev.datapath.operator.status.NodeReport;
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

/** Says of each StoragePool how its nodes are, as the gateways that use it see them. */
@ControllerConfiguration(triggerReconcilerOnAllEvents = true)
final class StoragePoolReconciler implements Reconciler<StoragePool> {
    private final Runs runs;
    private final Neighbours neighbours;
    private final Gatherer gatherer;
    private final GatewayHealth health;
    private final OwnedObjects<StoragePool> owned;
    private final ObjectApplier applier;
    private final StatusWriter writer;
    private final InstantSource clock;
    private @Nullable InformerEventSource<DataPath, StoragePool> dataPaths;

    StoragePoolReconciler(
            Runs runs,
            Neighbours neighbours,
            Gatherer gatherer,
            GatewayHealth health,
            OwnedObjects<StoragePool> owned,
            ObjectApplier applier,
            StatusWriter writer,
            InstantSource clock) {
        this.runs = runs;
        this.neighbours = neighbours;
        this.gatherer = gatherer;
        this.health = health;
        this.owned = owned;
        this.applier = applier;
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, StoragePool>> prepareEventSources(EventSourceContext<StoragePool> context) {
        var sources = new ArrayList<EventSource<?, StoragePool>>(owned.eventSources(context));
        var known = Kinds.existence(context, DataPath.class);
        dataPaths = known;
        sources.add(known);
        sources.add(neighbours.follow(context));
        sources.add(neighbours.looks(context));
        return sources;
    }

    @Override
    public UpdateControl<StoragePool> reconcile(StoragePool pool, Context<StoragePool> context) {
        var ref = Kinds.ref(pool);
        if (context.isPrimaryResourceDeleted()) {
            gatherer.forget(ref);
            neighbours.gone(ref);
            return UpdateControl.noUpdate();
        }
        if (!runs.havePlans(living(ref.namespace()))) {
            // Whether one of them uses the pool is not known yet: it is being looked at, and then tells us.
            return UpdateControl.noUpdate();
        }
        var outcomes = runs.in(ref.namespace())
                .map(Runs.Reconciled::run)
                .map(DataPathRun::outcome)
                .toList();
        var findings = findings(pool, outcomes);
        var plan = plan(ref, outcomes);
        var reports = health.nodes(ref.namespace(), ref.name());
        var unpublished = publishService(pool, plan, reports);
        var status = status(
                pool, Stream.concat(findings.stream(), unpublished.stream()).toList(), plan, reports);
        return writer.write(
                pool,
                new StoragePool(),
                status,
                before -> Stream.concat(
                                Transitions.ofConditions(before.conditions(), status.conditions()).stream(),
                                Transitions.ofNodes(before.nodes(), status.nodes()).stream())
                        .toList());
    }

    /** The DataPaths of a namespace; one that is being deleted is of no use to a pool, and may not be looked at any more. */
    private List<ObjectKey> living(String namespace) {
        return dataPaths == null
                ? List.of()
                : dataPaths
                        .list(namespace, dataPath -> dataPath.getMetadata().getDeletionTimestamp() == null)
                        .map(Kinds::key)
                        .toList();
    }

    private List<Finding> findings(StoragePool pool, List<DataPathRun.Outcome> outcomes) {
        var ref = Kinds.ref(pool);
        if (outcomes.isEmpty()) {
            return gatherer.findings(pool);
        }
        gatherer.forget(ref);
        return outcomes.stream()
                .flatMap(outcome -> outcome.about(ref).stream())
                .distinct()
                .toList();
    }

    private StoragePoolStatus status(
            StoragePool pool, List<Finding> findings, @Nullable PoolPlan plan, List<NodeReport> reports) {
        return PoolStatuses.of(
                pool,
                pool.getMetadata().getGeneration(),
                new PoolStatuses.Observation(findings, plan, reports),
                pool.getStatus(),
                clock.instant());
    }

    /** So that others than our gateways can use the pool; what is no longer wanted is deleted. Returns what is in the way. */
    private List<Finding> publishService(StoragePool pool, @Nullable PoolPlan plan, List<NodeReport> reports) {
        var nodes = plan == null ? List.<PublishedNode>of() : PublishedNodes.of(plan, reports, publishedAsDown(pool));
        return applier.apply(pool, PoolObjects.of(pool, nodes)).obstacles().stream()
                .filter(obstacle -> obstacle.kind() == ApplyResult.Obstacle.Kind.NotOurs
                        || obstacle.kind() == ApplyResult.Obstacle.Kind.Refused)
                .map(obstacle -> new Finding(
                        Kinds.ref(pool),
                        Finding.Severity.ERROR,
                        Reason.Conflicted,
                        "spec.publishService",
                        obstacle.message()))
                .toList();
    }

    private Predicate<NodePlan> publishedAsDown(StoragePool pool) {
        var down = PoolObjects.down(owned.of(EndpointSlice.class, Kinds.key(pool)));
        return node -> down.contains(IpAddress.parse(node.address())
                .map(address -> address.withPort(node.port()))
                .orElse(""));
    }

    private static @Nullable PoolPlan plan(ObjectRef ref, List<DataPathRun.Outcome> outcomes) {
        return outcomes.stream()
                .flatMap(outcome -> outcome.pool(ref.name()).stream())
                .findFirst()
                .orElse(null);
    }
}
