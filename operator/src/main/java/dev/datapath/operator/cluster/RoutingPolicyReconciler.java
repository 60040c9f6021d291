package dev.datapath.operator.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicyStatus;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.engine.LogContext;
import dev.datapath.operator.engine.Observations;
import dev.datapath.operator.engine.Observations.Existence;
import dev.datapath.operator.kubernetes.EventSources;
import dev.datapath.operator.status.PolicyStatuses;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the status of RoutingPolicies for each target. Policies take effect in the reconciliation of DataPaths. */
final class RoutingPolicyReconciler implements Reconciler<RoutingPolicy> {
    private final Observations observations;
    private final Dependents dependents;
    private final StatusWriter writer;
    private final InstantSource clock;
    private @Nullable InformerEventSource<DataPath, RoutingPolicy> dataPaths;

    RoutingPolicyReconciler(
            Observations observations, Dependents dependents, StatusWriter writer, InstantSource clock) {
        this.observations = observations;
        this.dependents = dependents;
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, RoutingPolicy>> prepareEventSources(EventSourceContext<RoutingPolicy> context) {
        var source = EventSources.existence(context, DataPath.class);
        dataPaths = source;
        return List.of(source, dependents.follow(context));
    }

    @Override
    public UpdateControl<RoutingPolicy> reconcile(RoutingPolicy policy, Context<RoutingPolicy> context) {
        try (var lines = LogContext.of(Identity.ref(policy))) {
            return reconciled(policy, context);
        }
    }

    private UpdateControl<RoutingPolicy> reconciled(RoutingPolicy policy, Context<RoutingPolicy> context) {
        var targets =
                observations.of(policy, key -> EventSources.mayExist(dataPaths, key) ? Existence.YES : Existence.NO);
        if (targets.isEmpty()) {
            return UpdateControl.noUpdate(); // The first reconciliation of a target triggers this policy.
        }
        var status = PolicyStatuses.of(
                policy, policy.getMetadata().getGeneration(), targets.get(), policy.getStatus(), clock.instant());
        return writer.write(
                policy,
                new RoutingPolicy(),
                status,
                before -> Transitions.ofConditions(conditions(before), conditions(status)));
    }

    /** The conditions of all targets, with the name of the target in the type, because they change independently. */
    private static List<Condition> conditions(RoutingPolicyStatus status) {
        return status.ancestors().stream()
                .flatMap(ancestor -> ancestor.conditions().stream()
                        .map(condition -> new ConditionBuilder(condition)
                                .withType(condition.getType() + " at "
                                        + ancestor.ancestorRef().name())
                                .build()))
                .toList();
    }
}
