package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.status.ObjectiveStatuses;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says of each ServiceLevelObjective whether it is accepted. */
final class ObjectiveReconciler implements Reconciler<ServiceLevelObjective> {
    private final Runs runs;
    private final Neighbours neighbours;
    private final StatusWriter writer;
    private final InstantSource clock;
    private @Nullable InformerEventSource<DataPath, ServiceLevelObjective> dataPaths;

    ObjectiveReconciler(Runs runs, Neighbours neighbours, StatusWriter writer, InstantSource clock) {
        this.runs = runs;
        this.neighbours = neighbours;
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, ServiceLevelObjective>> prepareEventSources(
            EventSourceContext<ServiceLevelObjective> context) {
        var source = Kinds.existence(context, DataPath.class);
        dataPaths = source;
        return List.of(source, neighbours.follow(context));
    }

    @Override
    public UpdateControl<ServiceLevelObjective> reconcile(
            ServiceLevelObjective objective, Context<ServiceLevelObjective> context) {
        var ref = Kinds.ref(objective);
        var target =
                new ObjectKey(ref.namespace(), objective.getSpec().targetRef().name());
        var reconciled = runs.find(target);
        if (reconciled.isEmpty() && Kinds.mayExist(dataPaths, target)) {
            return UpdateControl.noUpdate(); // it is being looked at for the first time, and then tells us
        }
        var status = ObjectiveStatuses.of(
                objective,
                objective.getMetadata().getGeneration(),
                reconciled.map(known -> known.run().outcome().about(ref)).orElse(null),
                objective.getStatus(),
                clock.instant());
        return writer.write(
                objective,
                new ServiceLevelObjective(),
                status,
                before -> Transitions.ofConditions(before.conditions(), status.conditions()));
    }
}
