package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ENDPOINT;
import static dev.datapath.operator.xds.ResourceType.LISTENER;
import static dev.datapath.operator.xds.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A model of Envoy according to the tested reference: it delays the acknowledgement of clusters until changed ones have
 * endpoints, accepts valid siblings of rejected resources, rejects a listener whose address another one has, and
 * requests endpoints again with the old nonce. It fails the test when a route arrives before its clusters, or when a
 * cluster is removed before its routes.
 */
final class ModelEnvoy {
    static final int BAD = 666;

    final Map<String, Cluster> clusters = new TreeMap<>();
    final Map<String, ClusterLoadAssignment> endpoints = new TreeMap<>();
    final Map<String, Listener> listeners = new TreeMap<>();
    final Map<String, RouteConfiguration> routes = new TreeMap<>();
    /** Requests in transit to the server. */
    final Deque<DiscoveryRequest> outbox = new ArrayDeque<>();

    private final boolean checksWithdrawal;
    private final Set<String> warming = new HashSet<>();
    private final Map<ResourceType, String> versions = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, String> nonces = new EnumMap<>(ResourceType.class);
    private DiscoveryRequest.Builder withheld;
    private boolean received;
    private boolean started;

    /** @param checksWithdrawal whether the removal of a cluster that a route names fails the test */
    ModelEnvoy(boolean checksWithdrawal) {
        this.checksWithdrawal = checksWithdrawal;
    }

    /** A new stream: all first requests, with the previous versions and without nonces. */
    void connect() {
        outbox.clear();
        nonces.clear();
        withheld = null;
        request(CLUSTER);
        if (!clusters.isEmpty()) {
            request(ENDPOINT);
        }
        if (started) {
            request(LISTENER);
            if (!routeNames().isEmpty()) {
                request(ROUTE);
            }
        }
    }

    void receive(DiscoveryResponse response) {
        var type = ResourceType.of(response.getTypeUrl());
        nonces.put(type, response.getNonce());
        switch (type) {
            case CLUSTER -> clusters(response);
            case ENDPOINT -> endpoints(response);
            case LISTENER -> listeners(response);
            case ROUTE -> routes(response);
            default -> throw new AssertionError("nobody asked for " + type);
        }
    }

    private void clusters(DiscoveryResponse response) {
        assertThat(withheld).as("one outstanding response").isNull();
        received = true;
        var bad = false;
        var present = new TreeSet<String>();
        for (var any : response.getResourcesList()) {
            var cluster = unpack(any, Cluster.class);
            present.add(cluster.getName());
            if (cluster.getConnectTimeout().getSeconds() == BAD) {
                bad = true;
            } else if (!cluster.equals(clusters.put(cluster.getName(), cluster))) {
                warming.add(cluster.getName());
            }
        }
        for (var gone : Set.copyOf(clusters.keySet())) {
            if (!present.contains(gone)) {
                if (checksWithdrawal) {
                    routes.values()
                            .forEach(route -> assertThat(clustersOf(route))
                                    .as("cluster %s goes away", gone)
                                    .doesNotContain(gone));
                }
                clusters.remove(gone);
                endpoints.remove(gone);
                warming.remove(gone);
            }
        }
        if (!warming.isEmpty()) {
            request(ENDPOINT);
        }
        if (!bad) {
            versions.put(CLUSTER, response.getVersionInfo());
        }
        withheld = answer(CLUSTER, bad);
        answerClustersWhenWarm();
    }

    private void endpoints(DiscoveryResponse response) {
        var bad = false;
        for (var any : response.getResourcesList()) {
            var assignment = unpack(any, ClusterLoadAssignment.class);
            if (Samples.ports(assignment).contains(BAD)) {
                bad = true;
                break;
            }
            if (clusters.containsKey(assignment.getClusterName())) {
                endpoints.put(assignment.getClusterName(), assignment);
                warming.remove(assignment.getClusterName());
            }
        }
        if (!bad) {
            versions.put(ENDPOINT, response.getVersionInfo());
        }
        outbox.add(answer(ENDPOINT, bad).build());
        answerClustersWhenWarm();
    }

    /** The wait for endpoints also times out, so invalid endpoints do not block clusters forever. */
    void fetchTimeout() {
        warming.clear();
        answerClustersWhenWarm();
    }

    private void answerClustersWhenWarm() {
        if (withheld != null && warming.isEmpty()) {
            outbox.add(withheld.build());
            withheld = null;
            if (!clusters.isEmpty()) {
                request(ENDPOINT); // the watches of the replaced clusters went away
            }
        }
        if (warming.isEmpty() && received && !started) {
            started = true; // also when the stream broke before the answer
            request(LISTENER);
        }
    }

    private void listeners(DiscoveryResponse response) {
        var before = routeNames();
        var errors = new ArrayList<String>();
        var next = response.getResourcesList().stream()
                .map(any -> unpack(any, Listener.class))
                .toList();
        listeners.keySet().retainAll(next.stream().map(Listener::getName).toList());
        for (var listener : next) {
            var name = listener.getName();
            if (listener.getAddress().getSocketAddress().getPortValue() == BAD) {
                errors.add(name + ": bad " + LISTENER);
            } else if (listeners.values().stream()
                    .anyMatch(other ->
                            !other.getName().equals(name) && other.getAddress().equals(listener.getAddress()))) {
                errors.add(name + ": error adding listener: '" + name + "' has duplicate address 'x'");
            } else {
                listeners.put(name, listener);
            }
        }
        routes.keySet().retainAll(routeNames());
        if (!routeNames().equals(before)) {
            request(ROUTE);
        }
        if (errors.isEmpty()) {
            versions.put(LISTENER, response.getVersionInfo());
        }
        var answer = base(LISTENER);
        if (!errors.isEmpty()) {
            answer.setErrorDetail(com.google.rpc.Status.newBuilder()
                    .setMessage("Error adding/updating listener(s) " + String.join("\n", errors)));
        }
        outbox.add(answer.build());
    }

    private void routes(DiscoveryResponse response) {
        var bad = false;
        for (var any : response.getResourcesList()) {
            var route = unpack(any, RouteConfiguration.class);
            if (clustersOf(route).contains("bad")) {
                bad = true;
                break;
            }
            assertThat(clusters.keySet()).as("clusters of %s", route.getName()).containsAll(clustersOf(route));
            assertThat(endpoints.keySet())
                    .as("endpoints of %s", route.getName())
                    .containsAll(clustersOf(route));
            if (routeNames().contains(route.getName())) {
                routes.put(route.getName(), route);
            }
        }
        if (!bad) {
            versions.put(ROUTE, response.getVersionInfo());
        }
        outbox.add(answer(ROUTE, bad).build());
    }

    static List<String> clustersOf(RouteConfiguration routes) {
        return routes.getVirtualHosts(0).getRoutesList().stream()
                .map(route -> route.getRoute().getCluster())
                .toList();
    }

    private Set<String> routeNames() {
        var names = new TreeSet<String>();
        for (var listener : listeners.values()) {
            var manager =
                    unpack(listener.getFilterChains(0).getFilters(0).getTypedConfig(), HttpConnectionManager.class);
            names.add(manager.getRds().getRouteConfigName());
        }
        return names;
    }

    private void request(ResourceType type) {
        outbox.add(base(type).build());
    }

    private DiscoveryRequest.Builder answer(ResourceType type, boolean bad) {
        var answer = base(type);
        return bad ? answer.setErrorDetail(com.google.rpc.Status.newBuilder().setMessage("bad " + type)) : answer;
    }

    private DiscoveryRequest.Builder base(ResourceType type) {
        Collection<String> names = switch (type) {
            case ENDPOINT -> clusters.keySet();
            case ROUTE -> routeNames();
            default -> List.of();
        };
        return DiscoveryRequest.newBuilder()
                .setTypeUrl(type.typeUrl())
                .addAllResourceNames(names)
                .setVersionInfo(versions.getOrDefault(type, ""))
                .setResponseNonce(nonces.getOrDefault(type, ""));
    }

    private static <T extends Message> T unpack(Any any, Class<T> type) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
