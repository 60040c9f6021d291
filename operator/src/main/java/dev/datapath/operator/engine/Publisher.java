package dev.datapath.operator.engine;

import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.xds.SnapshotStore;
import java.util.function.Function;

/** Renders and publishes plans. Thread-safe, if each DataPath is processed by one thread at a time. */
public final class Publisher {
    private final SnapshotStore store;
    private final Function<GatewayPlan, RenderOptions> options;

    /** @param options the render options for the gateways of a plan */
    public Publisher(SnapshotStore store, Function<GatewayPlan, RenderOptions> options) {
        this.store = store;
        this.options = options;
    }

    /**
     * Publishes a plan and the decisions in force to all gateways of its DataPath; to none when it cannot be rendered.
     *
     * @return the declared configuration, without the decisions
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
     * Publishes changed decisions for the same plan. Only the endpoints of pools with decisions are rendered.
     *
     * @param publication the result of {@link #publish} for the plan
     */
    void adjust(EnvoyRenderer renderer, Publication publication, GatewayPlan plan, Adjustments adjustments) {
        var resources = renderer.adjusted(publication.resources(), plan, adjustments);
        store.publish(plan.dataPath().toString(), Snapshots.of(resources, publication.version()));
    }

    /** Stops serving a DataPath. Its gateways keep their configuration. */
    void withdraw(ObjectKey dataPath) {
        store.withdraw(dataPath.toString());
    }
}
