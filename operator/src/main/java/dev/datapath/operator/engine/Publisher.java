package dev.datapath.operator.engine;

import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.xds.SnapshotStore;
import java.util.function.Function;

/** Renders plans and publishes them. Safe for several threads, as long as each DataPath is one thread's at a time. */
public final class Publisher {
    private final SnapshotStore store;
    private final Function<GatewayPlan, RenderOptions> options;

    /** @param options how the gateways of a plan are run */
    public Publisher(SnapshotStore store, Function<GatewayPlan, RenderOptions> options) {
        this.store = store;
        this.options = options;
    }

    /**
     * Publishes a plan with the decisions that are in force to all gateways of its DataPath or, when it cannot be rendered, to none.
     *
     * @return what was declared, without the decisions
     */
    Publication publish(EnvoyRenderer renderer, GatewayPlan plan, Adjustments adjustments) {
        var resources = renderer.resources(plan, options.apply(plan));
        var declared = Snapshots.of(resources);
        var publication = new Publication(declared.intent(), resources);
        if (adjustments.isEmpty()) {
            store.publish(plan.dataPath().toString(), declared);
        } else {
            adjust(renderer, publication, plan, adjustments);
        }
        return publication;
    }

    /**
     * Publishes other decisions with the plan of before: only endpoints of pools that something was decided about are rendered.
     *
     * @param publication what {@link #publish} gave for the plan
     */
    void adjust(EnvoyRenderer renderer, Publication publication, GatewayPlan plan, Adjustments adjustments) {
        var resources = renderer.adjusted(publication.resources(), plan, adjustments);
        store.publish(plan.dataPath().toString(), Snapshots.of(resources, publication.version()));
    }

    /** Stops serving a DataPath. Its gateways keep what they have. */
    void withdraw(ObjectKey dataPath) {
        store.withdraw(dataPath.toString());
    }
}
