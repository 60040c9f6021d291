package dev.datapath.operator.standalone;

import dev.datapath.operator.apiserver.AcceptingGateway;
import dev.datapath.operator.envoy.admin.ServedListeners;
import io.grpc.InsecureChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Gateways of a machine as objects in this process; like real processes they outlive operators. */
final class InProcessLauncher implements GatewayLauncher, AutoCloseable {
    private final Path xdsSocket;
    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private final Map<GatewayId, Running> running = new ConcurrentHashMap<>();
    private final Map<GatewayId, GatewaySpec> specs = new HashMap<>();

    /** @param xdsSocket socket of the operator's xDS server, also after each restart */
    InProcessLauncher(Path xdsSocket) {
        this.xdsSocket = xdsSocket;
    }

    /** The listeners that a gateway of a namespace received last. */
    Set<String> listeners(String namespace) {
        return running.entrySet().stream()
                .filter(entry -> entry.getKey().dataPath().namespace().equals(namespace)
                        && entry.getValue().alive())
                .flatMap(entry -> entry.getValue().gateway.listeners().stream())
                .collect(Collectors.toSet());
    }

    @Override
    public synchronized GatewayProcess start(GatewaySpec spec) {
        var process = new Running(spec.id());
        running.put(spec.id(), process);
        specs.put(spec.id(), spec);
        return process;
    }

    @Override
    public synchronized List<Found> find(GatewaySpec spec) {
        return Optional.ofNullable(running.get(spec.id()))
                .filter(Running::alive)
                .map(process -> new Found(process, spec.startsLike(specs.get(spec.id()))))
                .stream()
                .toList();
    }

    @Override
    public synchronized List<OrphanedGateway> all(Path workDirectory) {
        return running.entrySet().stream()
                .filter(entry -> entry.getValue().alive())
                .flatMap(entry -> Stream.of(specs.get(entry.getKey()))
                        .map(spec -> new OrphanedGateway(spec.directory(), entry.getValue(), spec.drainTimeout())))
                .toList();
    }

    @Override
    public void close() {
        running.values().forEach(Running::terminate);
        loop.shutdownGracefully();
    }

    private final class Running implements GatewayProcess {
        private final GatewayId id;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile AcceptingGateway gateway;

        Running(GatewayId id) {
            this.id = id;
            connect();
        }

        private void connect() {
            var next = new AcceptingGateway(
                    NettyChannelBuilder.forAddress(
                                    UnixDomainSocketAddress.of(xdsSocket), InsecureChannelCredentials.create())
                            .eventLoopGroup(loop)
                            .channelType(NioDomainSocketChannel.class)
                            .overrideAuthority("xds.local")
                            .maxInboundMessageSize(64 << 20)
                            .build(),
                    id.dataPath().toString(),
                    id.name());
            gateway = next;
            next.ended().thenRun(() -> {
                next.close();
                CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS).execute(() -> {
                    if (alive()) {
                        connect();
                    }
                });
            });
        }

        @Override
        public long pid() {
            return 1;
        }

        @Override
        public boolean alive() {
            return !ended.isDone();
        }

        @Override
        public CompletableFuture<?> ended() {
            return ended;
        }

        @Override
        public void retire() {}

        @Override
        public void terminate() {
            ended.complete(null);
            gateway.close();
        }

        @Override
        public void kill() {
            terminate();
        }

        @Override
        public GatewayAdmin admin() {
            return new GatewayAdmin() {
                @Override
                public String get(String target) {
                    if (!target.equals(ServedListeners.TARGET)) {
                        return target.contains("json") ? "{}" : "";
                    }
                    return gateway.listeners().stream()
                            .map(name -> "{\"name\": \"" + name + "\"}")
                            .collect(Collectors.joining(", ", "{\"listener_statuses\": [", "]}"));
                }

                @Override
                public String post(String target) {
                    return "OK\n";
                }
            };
        }

        @Override
        public String lastWords() {
            return "";
        }

        @Override
        public String checkEvents() {
            return "";
        }

        @Override
        public void trimLogs() {}
    }
}
