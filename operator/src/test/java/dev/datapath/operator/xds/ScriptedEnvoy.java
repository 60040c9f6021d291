package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A gateway that the test controls, over a real connection; it keeps versions and nonces as Envoy does. */
public final class ScriptedEnvoy implements AutoCloseable {
    private final ManagedChannel channel;
    private final Node node;
    private final BlockingQueue<DiscoveryResponse> responses = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final Map<ResourceType, List<String>> names = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, String> versions = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, String> nonces = new EnumMap<>(ResourceType.class);
    private ClientCallStreamObserver<DiscoveryRequest> requests;
    private boolean first = true;

    public ScriptedEnvoy(int port, String dataPath, String gateway) {
        this(port, dataPath, gateway, InsecureChannelCredentials.create(), true);
    }

    /** @param reads whether it reads responses from the connection at all */
    ScriptedEnvoy(int port, String dataPath, String gateway, ChannelCredentials credentials, boolean reads) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port, credentials)
                .overrideAuthority("xds.local")
                .maxInboundMessageSize(64 << 20)
                .build();
        node = Node.newBuilder().setCluster(dataPath).setId(gateway).build();
        AggregatedDiscoveryServiceGrpc.newStub(channel)
                .streamAggregatedResources(new ClientResponseObserver<DiscoveryRequest, DiscoveryResponse>() {
                    @Override
                    public void beforeStart(ClientCallStreamObserver<DiscoveryRequest> stream) {
                        requests = stream;
                        if (!reads) {
                            stream.disableAutoRequestWithInitial(0);
                        }
                    }

                    @Override
                    public void onNext(DiscoveryResponse response) {
                        responses.add(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        ended.complete(Status.fromThrowable(failure));
                    }

                    @Override
                    public void onCompleted() {
                        ended.complete(Status.OK);
                    }
                });
    }

    /** Continues with the versions of an earlier connection, as the same process does after a reconnect. */
    ScriptedEnvoy withVersionsOf(ScriptedEnvoy before) {
        versions.putAll(before.versions);
        return this;
    }

    ScriptedEnvoy withVersion(ResourceType type, String version) {
        versions.put(type, version);
        return this;
    }

    String version(ResourceType type) {
        return versions.get(type);
    }

    /** Subscribes, or changes or repeats a subscription, with the last version and nonce of the type. */
    void ask(ResourceType type, String... resourceNames) {
        names.put(type, Arrays.asList(resourceNames));
        request(type, DiscoveryRequest.newBuilder());
    }

    void ask(String typeUrl) {
        send(DiscoveryRequest.newBuilder().setTypeUrl(typeUrl));
    }

    /** Waits for the next response and checks its type. */
    public DiscoveryResponse expect(ResourceType type) {
        var response = next();
        assertThat(response.getTypeUrl()).isEqualTo(type.typeUrl());
        return response;
    }

    DiscoveryResponse next() {
        try {
            var response = responses.poll(10, TimeUnit.SECONDS);
            assertThat(response)
                    .as("a response within 10 s (ended: %s)", ended.getNow(null))
                    .isNotNull();
            nonces.put(ResourceType.of(response.getTypeUrl()), response.getNonce());
            return response;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public void ack(DiscoveryResponse response) {
        var type = ResourceType.of(response.getTypeUrl());
        versions.put(type, response.getVersionInfo());
        request(type, DiscoveryRequest.newBuilder());
    }

    public DiscoveryResponse expectAndAck(ResourceType type) {
        var response = expect(type);
        ack(response);
        return response;
    }

    void nack(DiscoveryResponse response, String message) {
        request(
                ResourceType.of(response.getTypeUrl()),
                DiscoveryRequest.newBuilder()
                        .setErrorDetail(
                                com.google.rpc.Status.newBuilder().setCode(13).setMessage(message)));
    }

    /** Proves that the server has nothing to send: the fence is the next response. */
    void expectNothing() {
        ask(ResourceType.RUNTIME, Samples.FENCE);
        expectAndAck(ResourceType.RUNTIME);
    }

    /** Requests all resources as Envoy does on a cold start, and acknowledges them. */
    public void startUp(String routes, String... clusters) {
        ask(ResourceType.CLUSTER);
        expectAndAck(ResourceType.CLUSTER);
        if (clusters.length > 0) {
            ask(ResourceType.ENDPOINT, clusters);
            expectAndAck(ResourceType.ENDPOINT);
        }
        ask(ResourceType.LISTENER);
        expectAndAck(ResourceType.LISTENER);
        ask(ResourceType.ROUTE, routes);
        expectAndAck(ResourceType.ROUTE);
    }

    /** All first requests at once with the last versions, as Envoy sends them after a reconnect. */
    void resume(String routes, String... clusters) {
        ask(ResourceType.CLUSTER);
        ask(ResourceType.ENDPOINT, clusters);
        ask(ResourceType.LISTENER);
        ask(ResourceType.ROUTE, routes);
    }

    boolean isOpen() {
        return !ended.isDone();
    }

    Status awaitEnd() {
        return ended.orTimeout(10, TimeUnit.SECONDS).join();
    }

    static List<String> names(DiscoveryResponse response) {
        return response.getResourcesList().stream().map(ScriptedEnvoy::name).toList();
    }

    private static String name(Any any) {
        try {
            return switch (ResourceType.of(any.getTypeUrl())) {
                case CLUSTER -> any.unpack(Cluster.class).getName();
                case ENDPOINT -> any.unpack(ClusterLoadAssignment.class).getClusterName();
                case LISTENER -> any.unpack(Listener.class).getName();
                case ROUTE -> any.unpack(RouteConfiguration.class).getName();
                case SECRET -> any.unpack(Secret.class).getName();
                case RUNTIME -> Samples.FENCE;
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void request(ResourceType type, DiscoveryRequest.Builder request) {
        send(request.setTypeUrl(type.typeUrl())
                .addAllResourceNames(names.getOrDefault(type, List.of()))
                .setVersionInfo(versions.getOrDefault(type, ""))
                .setResponseNonce(nonces.getOrDefault(type, "")));
    }

    void send(DiscoveryRequest.Builder request) {
        if (first) {
            request.setNode(node);
            first = false;
        }
        requests.onNext(request.build());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
