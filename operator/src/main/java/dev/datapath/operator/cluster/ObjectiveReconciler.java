package dev.datapath.operator.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.engine.LogContext;
import dev.datapath.operator.engine.Observations;
import dev.datapath.operator.engine.Observations.Existence;
import dev.datapath.operator.kubernetes.EventSources;
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

/** Writes the status of ServiceLevelObjectives: whether each is accepted. */
final class ObjectiveReconciler implements Reconciler<ServiceLevelObjective> {
    private final Observations observations;
    private final Dependents dependents;
    private final StatusWriter writer;
    private final InstantSource clock;
    private @Nullable InformerEventSource<DataPath, ServiceLevelObjective> dataPaths;

    ObjectiveReconciler(Observations observations, Dependents dependents, StatusWriter writer, InstantSource clock) {
        this.observations = observations;
        this.dependents = dependents;
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, ServiceLevelObjective>> prepareEventSources(
            EventSourceContext<ServiceLevelObjective> context) {
        var source = EventSources.existence(context, DataPath.class);
        dataPaths = source;
        return List.of(source, dependents.follow(context));
    }

    @Override
    public UpdateControl<ServiceLevelObjective> reconcile(
            ServiceLevelObjective objective, Context<ServiceLevelObjective> context) {
        try (var lines = LogContext.of(Identity.ref(objective))) {
            return reconciled(objective, context);
        }
    }

    private UpdateControl<ServiceLevelObjective> reconciled(
            ServiceLevelObjective objective, Context<ServiceLevelObjective> context) {
        var seen =
                observations.of(objective, key -> EventSources.mayExist(dataPaths, key) ? Existence.YES : Existence.NO);
        if (seen.isEmpty()) {
            return UpdateControl.noUpdate(); // The first reconciliation of its target triggers this objective.
        }
        var status = ObjectiveStatuses.of(
                objective,
                objective.getMetadata().getGeneration(),
                seen.get().findings().orElse(null),
                objective.getStatus(),
                clock.instant());
        return writer.write(
                objective,
                new ServiceLevelObjective(),
                status,
                before -> Transitions.ofConditions(before.conditions(), status.conditions()));
    }
}
