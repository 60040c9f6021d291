package dev.datapath.operator.xds;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The complete configuration of the gateways of one DataPath. Immutable. Each resource is serialised and hashed once,
 * before it is added. Therefore delivery to many gateways costs one encoding, and the cost of a change depends only on
 * the changed resources.
 *
 * <p>Versions are hashes of content: equal content has an equal version, also in another process.
 */
public final class Snapshot {
    private final Map<ResourceType, SortedMap<String, Resource>> resources;
    private final Map<ResourceType, String> versions;
    private final String version;
    private final String intent;
    private final Map<String, String> endpointNames;
    private final Set<String> routeNames;
    private final Map<String, List<String>> secretUsers;

    private Snapshot(
            Map<ResourceType, SortedMap<String, Resource>> resources,
            Map<ResourceType, String> versions,
            String version,
            String intent) {
        this.resources = resources;
        this.versions = versions;
        this.version = version;
        this.intent = intent;
        endpointNames = new HashMap<>();
        for (var cluster : of(ResourceType.CLUSTER).values()) {
            cluster.references().endpoints().forEach(name -> endpointNames.put(cluster.name(), name));
        }
        routeNames = new HashSet<>();
        var users = new TreeMap<String, SortedSet<String>>();
        for (var listener : of(ResourceType.LISTENER).values()) {
            routeNames.addAll(listener.references().routes());
            listener.references()
                    .secrets()
                    .forEach(secret -> users.computeIfAbsent(secret, name -> new TreeSet<>())
                            .add(listener.name()));
        }
        secretUsers = users.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    }

    private static Snapshot hashed(Map<ResourceType, SortedMap<String, Resource>> resources, @Nullable String intent) {
        var versions = new EnumMap<ResourceType, String>(ResourceType.class);
        var sha = Resource.sha256();
        for (var type : ResourceType.values()) {
            var typeVersion = Resource.version(
                    resources.getOrDefault(type, Collections.emptySortedMap()).values());
            versions.put(type, typeVersion);
            sha.update(typeVersion.getBytes(StandardCharsets.US_ASCII));
        }
        var version = Resource.shorten(sha);
        return new Snapshot(resources, versions, version, intent == null ? version : intent);
    }

    /** Starts an empty snapshot. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A snapshot with the same intent in which each listener is changed or omitted: for a gateway that differs from
     * others only in its listeners.
     */
    Snapshot withListeners(Function<Resource, Optional<Resource>> change) {
        var builder = new Builder();
        resources.forEach((type, map) -> {
            if (type != ResourceType.LISTENER) {
                builder.resources.put(type, new TreeMap<>(map));
            }
        });
        builder.intent = intent;
        of(ResourceType.LISTENER)
                .values()
                .forEach(resource -> change.apply(resource).ifPresent(builder::add));
        return builder.build();
    }

    /**
     * The same content, with those resources of an earlier snapshot that are equal; that snapshot when all are equal.
     */
    Snapshot sharing(Snapshot before) {
        if (version.equals(before.version) && intent.equals(before.intent)) {
            return before;
        }
        var shared = new EnumMap<ResourceType, SortedMap<String, Resource>>(ResourceType.class);
        resources.forEach((type, map) -> {
            var earlier = before.of(type);
            var merged = new TreeMap<>(map);
            merged.replaceAll((name, resource) -> {
                var same = earlier.get(name);
                return same != null && same.equals(resource) ? same : resource;
            });
            shared.put(type, Collections.unmodifiableSortedMap(merged));
        });
        return new Snapshot(shared, versions, version, intent);
    }

    /** The content version of the whole snapshot: 32 hexadecimal digits. */
    public String version() {
        return version;
    }

    /**
     * The version of the user's declarations in this snapshot. Frequent decisions of the operator, and differences of
     * single gateways, result in different versions of one intent.
     */
    public String intent() {
        return intent;
    }

    /** The content version of one type: 32 hexadecimal digits; an empty set has one too. */
    public String version(ResourceType type) {
        return versions.getOrDefault(type, "");
    }

    /** The number of resources of a type. */
    public int size(ResourceType type) {
        return of(type).size();
    }

    SortedMap<String, Resource> of(ResourceType type) {
        return resources.getOrDefault(type, Collections.emptySortedMap());
    }

    /** Cluster name to the name under which Envoy requests its endpoints; only clusters that use EDS. */
    Map<String, String> endpointNames() {
        return endpointNames;
    }

    /** The route configurations that the listeners fetch over RDS. */
    Set<String> routeNames() {
        return routeNames;
    }

    /** The secrets that listeners fetch over SDS, each with the names of these listeners, sorted. */
    Map<String, List<String>> secretUsers() {
        return secretUsers;
    }

    @Override
    public String toString() {
        return "Snapshot " + version;
    }

    /** Collects resources. Not thread-safe. Each {@code add} rejects a name that its type already has. */
    public static final class Builder {
        private final Map<ResourceType, SortedMap<String, Resource>> resources = new EnumMap<>(ResourceType.class);
        private @Nullable String intent;

        private Builder() {}

        public Builder add(Resource resource) {
            if (ofType(resource.type()).putIfAbsent(resource.name(), resource) != null) {
                throw new IllegalArgumentException(resource.type() + " " + resource.name() + " is added twice");
            }
            return this;
        }

        /** The version of the user's declarations; by default the version of the whole content. */
        public Builder intent(String version) {
            intent = version;
            return this;
        }

        public Builder add(Cluster cluster) {
            return add(Resource.of(cluster));
        }

        public Builder add(ClusterLoadAssignment endpoints) {
            return add(Resource.of(endpoints));
        }

        public Builder add(Secret secret) {
            return add(Resource.of(secret));
        }

        public Builder add(Runtime runtime) {
            return add(Resource.of(runtime));
        }

        /**
         * Creates the snapshot. An EDS cluster without endpoints gets an empty assignment: otherwise Envoy would wait
         * for it and accept no other change of clusters until then.
         */
        public Snapshot build() {
            for (var cluster : ofType(ResourceType.CLUSTER).values()) {
                for (var name : cluster.references().endpoints()) {
                    if (!ofType(ResourceType.ENDPOINT).containsKey(name)) {
                        add(ClusterLoadAssignment.newBuilder()
                                .setClusterName(name)
                                .build());
                    }
                }
            }
            var frozen = new EnumMap<ResourceType, SortedMap<String, Resource>>(ResourceType.class);
            resources.forEach((type, map) -> frozen.put(type, Collections.unmodifiableSortedMap(new TreeMap<>(map))));
            return hashed(frozen, intent);
        }

        private SortedMap<String, Resource> ofType(ResourceType type) {
            return resources.computeIfAbsent(type, t -> new TreeMap<>());
        }
    }
}
