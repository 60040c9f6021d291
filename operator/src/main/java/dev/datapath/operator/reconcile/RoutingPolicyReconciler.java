package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicyStatus;
import dev.datapath.operator.plan.ObjectKey;
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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Says of each RoutingPolicy how it stands with its targets. What it asks for is done where DataPaths are reconciled. */
final class RoutingPolicyReconciler implements Reconciler<RoutingPolicy> {
    private final Runs runs;
    private final Neighbours neighbours;
    private final StatusWriter writer;
    private final InstantSource clock;
    private @Nullable InformerEventSource<DataPath, RoutingPolicy> dataPaths;

    RoutingPolicyReconciler(Runs runs, Neighbours neighbours, StatusWriter writer, InstantSource clock) {
        this.runs = runs;
        this.neighbours = neighbours;
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, RoutingPolicy>> prepareEventSources(EventSourceContext<RoutingPolicy> context) {
        var source = Kinds.existence(context, DataPath.class);
        dataPaths = source;
        return List.of(source, neighbours.follow(context));
    }

    @Override
    public UpdateControl<RoutingPolicy> reconcile(RoutingPolicy policy, Context<RoutingPolicy> context) {
        var ref = Kinds.ref(policy);
        var targets = new TreeMap<String, PolicyStatuses.AtTarget>();
        for (var target : policy.getSpec().targetRefs()) {
            var key = new ObjectKey(ref.namespace(), target.name());
            var reconciled = runs.find(key);
            if (reconciled.isPresent()) {
                var run = reconciled.get().run();
                targets.put(
                        target.name(),
                        new PolicyStatuses.AtTarget(
                                run.outcome().about(ref), reconciled.get().fleet(), run.runs(policy)));
            } else if (Kinds.mayExist(dataPaths, key)) {
                return UpdateControl.noUpdate(); // it is being looked at for the first time, and then tells us
            }
        }
        var status = PolicyStatuses.of(
                policy, policy.getMetadata().getGeneration(), targets, policy.getStatus(), clock.instant());
        return writer.write(
                policy,
                new RoutingPolicy(),
                status,
                before -> Transitions.ofConditions(conditions(before), conditions(status)));
    }

    /** Of all targets, each type with its target's name: they turn independently. */
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
