package dev.datapath.operator.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that the gateways of one DataPath should run. Immutable; each resource is serialised and hashed once, when
 * it is added, so that delivery to many gateways costs one encoding.
 *
 * <p>Versions are hashes of content: equal content has an equal version, also in another process.
 */
public final class Snapshot {
    private final Map<ResourceType, SortedMap<String, Resource>> resources;
    private final Map<ResourceType, String> versions;
    private final String version;
    private final Map<String, String> endpointNames;
    private final Set<String> routeNames;
    private final Map<String, List<String>> secretUsers;

    private Snapshot(
            Map<ResourceType, SortedMap<String, Resource>> resources,
            Map<ResourceType, String> versions,
            String version,
            Map<String, String> endpointNames,
            Set<String> routeNames,
            Map<String, List<String>> secretUsers) {
        this.resources = resources;
        this.versions = versions;
        this.version = version;
        this.endpointNames = endpointNames;
        this.routeNames = routeNames;
        this.secretUsers = secretUsers;
    }

    private static Snapshot hashed(
            Map<ResourceType, SortedMap<String, Resource>> resources,
            Map<String, String> endpointNames,
            Set<String> routeNames,
            Map<String, List<String>> secretUsers) {
        var versions = new EnumMap<ResourceType, String>(ResourceType.class);
        var sha = Resource.sha256();
        for (var type : ResourceType.values()) {
            var typeVersion = Resource.version(
                    resources.getOrDefault(type, Collections.emptySortedMap()).values());
            versions.put(type, typeVersion);
            sha.update(typeVersion.getBytes(StandardCharsets.US_ASCII));
        }
        return new Snapshot(resources, versions, Resource.shorten(sha), endpointNames, routeNames, secretUsers);
    }

    /** Starts an empty snapshot. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts with all of this but the listeners: for gateways that differ in these alone. */
    public Builder withoutListeners() {
        var builder = new Builder();
        resources.forEach((type, map) -> {
            if (type != ResourceType.LISTENER) {
                builder.resources.put(type, new TreeMap<>(map));
            }
        });
        builder.endpointNames.putAll(endpointNames);
        return builder;
    }

    /** The same content, with those resources of an earlier snapshot that are equal; that snapshot when all are. */
    Snapshot sharing(Snapshot before) {
        if (version.equals(before.version)) {
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
        return new Snapshot(shared, versions, version, endpointNames, routeNames, secretUsers);
    }

    /** The content version of the whole snapshot: 32 hexadecimal digits. */
    public String version() {
        return version;
    }

    /** The content version of one type: 32 hexadecimal digits; an empty set has one too. */
    public String version(ResourceType type) {
        return versions.getOrDefault(type, "");
    }

    /** How many resources of a type there are. */
    public int size(ResourceType type) {
        return of(type).size();
    }

    SortedMap<String, Resource> of(ResourceType type) {
        return resources.getOrDefault(type, Collections.emptySortedMap());
    }

    /** Cluster name to the name under which Envoy asks for its endpoints; only clusters that use EDS. */
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

    /** Collects resources. Not safe for several threads. Each {@code add} refuses a name that its type already has. */
    public static final class Builder {
        private final Map<ResourceType, SortedMap<String, Resource>> resources = new EnumMap<>(ResourceType.class);
        private final Map<String, String> endpointNames = new HashMap<>();
        private final Set<String> routeNames = new HashSet<>();
        private final Map<String, SortedSet<String>> secretUsers = new TreeMap<>();

        private Builder() {}

        public Builder add(Cluster cluster) {
            if (cluster.getType() == Cluster.DiscoveryType.EDS) {
                var service = cluster.getEdsClusterConfig().getServiceName();
                endpointNames.put(cluster.getName(), service.isEmpty() ? cluster.getName() : service);
            }
            return add(ResourceType.CLUSTER, cluster.getName(), cluster);
        }

        public Builder add(ClusterLoadAssignment endpoints) {
            return add(ResourceType.ENDPOINT, endpoints.getClusterName(), endpoints);
        }

        public Builder add(Listener listener) {
            Stream.concat(listener.getFilterChainsList().stream(), Stream.of(listener.getDefaultFilterChain()))
                    .forEach(chain -> {
                        addRouteNames(chain);
                        addSecretUsers(listener.getName(), chain);
                    });
            return add(ResourceType.LISTENER, listener.getName(), listener);
        }

        public Builder add(RouteConfiguration routes) {
            return add(ResourceType.ROUTE, routes.getName(), routes);
        }

        public Builder add(Secret secret) {
            return add(ResourceType.SECRET, secret.getName(), secret);
        }

        public Builder add(Runtime runtime) {
            return add(ResourceType.RUNTIME, runtime.getName(), runtime);
        }

        /**
         * Freezes the snapshot. An EDS cluster without endpoints gets an empty assignment: Envoy would otherwise wait for
         * it and accept no other change of clusters meanwhile.
         */
        public Snapshot build() {
            for (var name : new HashSet<>(endpointNames.values())) {
                if (!ofType(ResourceType.ENDPOINT).containsKey(name)) {
                    add(ClusterLoadAssignment.newBuilder().setClusterName(name).build());
                }
            }
            var frozen = new EnumMap<ResourceType, SortedMap<String, Resource>>(ResourceType.class);
            resources.forEach((type, map) -> frozen.put(type, Collections.unmodifiableSortedMap(new TreeMap<>(map))));
            return hashed(frozen, Map.copyOf(endpointNames), Set.copyOf(routeNames), frozenUsers());
        }

        private Map<String, List<String>> frozenUsers() {
            return secretUsers.entrySet().stream()
                    .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, users -> List.copyOf(users.getValue())));
        }

        private Builder add(ResourceType type, String name, Message message) {
            if (name.isEmpty()) {
                throw new IllegalArgumentException(type + " without a name");
            }
            if (ofType(type).putIfAbsent(name, Resource.of(type, name, message)) != null) {
                throw new IllegalArgumentException(type + " " + name + " is there twice");
            }
            return this;
        }

        private SortedMap<String, Resource> ofType(ResourceType type) {
            return resources.computeIfAbsent(type, t -> new TreeMap<>());
        }

        private void addSecretUsers(String listener, FilterChain chain) {
            var socket = chain.getTransportSocket().getTypedConfig();
            if (!socket.is(DownstreamTlsContext.class)) {
                return;
            }
            try {
                var tls = socket.unpack(DownstreamTlsContext.class).getCommonTlsContext();
                Stream.concat(
                                tls.getTlsCertificateSdsSecretConfigsList().stream(),
                                tls.hasValidationContextSdsSecretConfig()
                                        ? Stream.of(tls.getValidationContextSdsSecretConfig())
                                        : Stream.empty())
                        .filter(reference -> reference.getSdsConfig().hasAds())
                        .forEach(reference -> secretUsers
                                .computeIfAbsent(reference.getName(), name -> new TreeSet<>())
                                .add(listener));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalArgumentException("the TLS context of listener " + listener + " does not parse", e);
            }
        }

        private void addRouteNames(FilterChain chain) {
            for (var filter : chain.getFiltersList()) {
                if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                    try {
                        var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class);
                        if (manager.hasRds()) {
                            routeNames.add(manager.getRds().getRouteConfigName());
                        }
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalArgumentException("filter " + filter.getName() + " does not parse", e);
                    }
                }
            }
        }
    }
}
