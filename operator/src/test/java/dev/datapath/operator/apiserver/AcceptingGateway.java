package dev.datapath.operator.apiserver;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.datapath.operator.xds.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** A gateway that takes all that it is sent, asks for what that needs, and serves nobody. */
public final class AcceptingGateway implements AutoCloseable {
    private final ManagedChannel channel;
    private final Node node;
    private final Map<ResourceType, DiscoveryResponse> newest = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Set<String>> names = new EnumMap<>(ResourceType.class);
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private ClientCallStreamObserver<DiscoveryRequest> requests;

    /**
     * @param channel to the xDS server, closed by this
     * @param dataPath {@code namespace/name}
     * @param gateway name of its own
     */
    public AcceptingGateway(ManagedChannel channel, String dataPath, String gateway) {
        this.channel = channel;
        node = Node.newBuilder().setCluster(dataPath).setId(gateway).build();
        AggregatedDiscoveryServiceGrpc.newStub(channel)
                .streamAggregatedResources(new ClientResponseObserver<DiscoveryRequest, DiscoveryResponse>() {
                    @Override
                    public void beforeStart(ClientCallStreamObserver<DiscoveryRequest> stream) {
                        requests = stream;
                    }

                    @Override
                    public void onNext(DiscoveryResponse response) {
                        take(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        ended.complete(null);
                    }

                    @Override
                    public void onCompleted() {
                        ended.complete(null);
                    }
                });
        ask(ResourceType.CLUSTER, Set.of());
    }

    /** Done when it has listeners. */
    public CompletableFuture<Void> ready() {
        return ready;
    }

    /** Done when the server or the connection ended the stream. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /** The names of the listeners that it was sent last. */
    public synchronized Set<String> listeners() {
        var names = new TreeSet<String>();
        resources(ResourceType.LISTENER, Listener.class).forEach(listener -> names.add(listener.getName()));
        return names;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private synchronized void take(DiscoveryResponse response) {
        var type = Arrays.stream(ResourceType.values())
                .filter(known -> known.typeUrl().equals(response.getTypeUrl()))
                .findFirst()
                .orElseThrow();
        newest.put(type, response);
        ask(type, names.getOrDefault(type, Set.of()));
        switch (type) {
            case CLUSTER -> {
                var endpoints = new TreeSet<String>();
                for (var cluster : resources(ResourceType.CLUSTER, Cluster.class)) {
                    if (cluster.getType() == Cluster.DiscoveryType.EDS) {
                        var name = cluster.getEdsClusterConfig().getServiceName();
                        endpoints.add(name.isEmpty() ? cluster.getName() : name);
                    }
                }
                askWhenOther(ResourceType.ENDPOINT, endpoints);
                if (!names.containsKey(ResourceType.LISTENER)) {
                    ask(ResourceType.LISTENER, Set.of());
                }
            }
            case LISTENER -> {
                var routes = new TreeSet<String>();
                var secrets = new TreeSet<String>();
                for (var listener : resources(ResourceType.LISTENER, Listener.class)) {
                    for (var chain : listener.getFilterChainsList()) {
                        needs(chain, routes, secrets);
                    }
                }
                askWhenOther(ResourceType.ROUTE, routes);
                askWhenOther(ResourceType.SECRET, secrets);
                ready.complete(null);
            }
            default -> {}
        }
    }

    private static void needs(FilterChain chain, Collection<String> routes, Collection<String> secrets) {
        for (var filter : chain.getFiltersList()) {
            if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                var manager = unpack(filter.getTypedConfig(), HttpConnectionManager.class);
                if (manager.hasRds()) {
                    routes.add(manager.getRds().getRouteConfigName());
                }
            }
        }
        if (chain.getTransportSocket().getTypedConfig().is(DownstreamTlsContext.class)) {
            var tls = unpack(chain.getTransportSocket().getTypedConfig(), DownstreamTlsContext.class)
                    .getCommonTlsContext();
            tls.getTlsCertificateSdsSecretConfigsList().stream()
                    .map(SdsSecretConfig::getName)
                    .forEach(secrets::add);
            if (tls.hasValidationContextSdsSecretConfig()) {
                secrets.add(tls.getValidationContextSdsSecretConfig().getName());
            }
        }
    }

    private void askWhenOther(ResourceType type, Set<String> wanted) {
        if (!wanted.equals(names.getOrDefault(type, Set.of()))) {
            ask(type, wanted);
        }
    }

    private synchronized void ask(ResourceType type, Set<String> wanted) {
        names.put(type, wanted);
        var last = newest.getOrDefault(type, DiscoveryResponse.getDefaultInstance());
        requests.onNext(DiscoveryRequest.newBuilder()
                .setNode(node)
                .setTypeUrl(type.typeUrl())
                .addAllResourceNames(wanted)
                .setVersionInfo(last.getVersionInfo())
                .setResponseNonce(last.getNonce())
                .build());
    }

    private <T extends Message> List<T> resources(ResourceType type, Class<T> message) {
        return newest.getOrDefault(type, DiscoveryResponse.getDefaultInstance()).getResourcesList().stream()
                .map(any -> unpack(any, message))
                .toList();
    }

    private static <T extends Message> T unpack(Any any, Class<T> type) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
