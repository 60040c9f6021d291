package dev.datapath.operator.engine;

import dev.datapath.operator.envoy.EnvoyResources;
import dev.datapath.operator.envoy.Part;
import dev.datapath.operator.xds.Resource;
import dev.datapath.operator.xds.ResourceType;
import dev.datapath.operator.xds.Snapshot;

/** Converts rendered resources to snapshots of the xDS server. */
public final class Snapshots {
    private Snapshots() {}

    /** A snapshot of the resources; none is encoded again. */
    public static Snapshot of(EnvoyResources resources) {
        return builder(resources).build();
    }

    /**
     * A snapshot of the resources, as another delivery of the same intent.
     *
     * @param intent the {@link Snapshot#intent()} of the declared configuration
     */
    public static Snapshot of(EnvoyResources resources, String intent) {
        return builder(resources).intent(intent).build();
    }

    private static Snapshot.Builder builder(EnvoyResources resources) {
        var snapshot = Snapshot.builder();
        resources.clusters().forEach(part -> snapshot.add(resource(ResourceType.CLUSTER, part)));
        resources.endpoints().forEach(part -> snapshot.add(resource(ResourceType.ENDPOINT, part)));
        resources.routes().forEach(part -> snapshot.add(resource(ResourceType.ROUTE, part)));
        resources.secrets().forEach(part -> snapshot.add(resource(ResourceType.SECRET, part)));
        resources
                .listeners()
                .forEach(part ->
                        snapshot.add(Resource.encoded(part.message(), part.bytes(), part.digest(), references(part))));
        return snapshot;
    }

    private static Resource resource(ResourceType type, Part<?> part) {
        return Resource.encoded(type, part.name(), part.bytes(), part.digest(), references(part));
    }

    private static Resource.References references(Part<?> part) {
        var needs = part.references();
        return new Resource.References(needs.clusters(), needs.routes(), needs.secrets(), needs.endpoints());
    }
}
