package dev.datapath.operator.xds;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The server from which gateways fetch their configuration. One gateway is one ADS stream. It identifies itself with
 * Envoy's {@code node.cluster}, the key of its DataPath ({@code namespace/name}), and {@code node.id}, its own name.
 *
 * <p>Limits:
 *
 * <ul>
 *   <li>256 connections that have not sent a certificate, for 10 s each; a new one replaces the oldest;
 *   <li>4,096 connections per certificate identity, closed after one minute without a stream;
 *   <li>requests of at most 2 MiB with 16,384 names;
 *   <li>16 streams per connection, 4 per gateway and 2,048 per certificate identity;
 *   <li>names that no resource has as in {@link KeptNames};
 *   <li>threads are distributed among identities, and no identity ever has all of them;
 *   <li>pings at most every 4 s (Envoy sends one every 5 s);
 *   <li>a peer that does not respond to a ping for 5 s is disconnected;
 *   <li>a gateway that does not acknowledge a response, or sends no first request, within the answer timeout (60 s by
 *   default) is disconnected with DEADLINE_EXCEEDED and starts over.
 * </ul>
 *
 * <p>Of several operators one serves. The others have the same port open, with the same certificates, and report that
 * they do not serve: gRPC's health service returns NOT_SERVING for the discovery service. The server as a whole, the
 * empty name, is SERVING in all of them.
 */
public final class XdsServer implements AutoCloseable {
    /**
     * Longer than Envoy legitimately needs: it responds when changed clusters have endpoints and have completed a round
     * of health checks.
     */
    public static final Duration DEFAULT_ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private static final System.Logger LOG = System.getLogger(XdsServer.class.getName());
    private static final Duration RETRY_CHECKS = Duration.ofMillis(500);
    private static final int MAX_STREAMS_PER_CONNECTION = 16;
    /** Twice the maximum number of gateways of a DataPath: during a rollout, old and new gateways are connected. */
    private static final int MAX_STREAMS_PER_IDENTITY = 2048;

    /** Each gateway has one connection for its stream, and one for its checks which operator serves. */
    private static final int MAX_CONNECTIONS_PER_IDENTITY = 2 * MAX_STREAMS_PER_IDENTITY;

    /** Connections that have not sent a certificate; each takes several tens of kilobytes. */
    private static final int MAX_UNPROVEN_CONNECTIONS = 256;

    private static final int HANDSHAKE_SECONDS = 10;
    /** A gateway has a stream, and checks more frequently than that. */
    private static final int IDLE_SECONDS = 60;
    /** Maximum stream resets by a client; Envoy resets one when it changes the operator. */
    private static final int MAX_RESETS = 200;

    private static final int RESET_WINDOW_SECONDS = 30;
    /** The heartbeat has its own lane. */
    private static final Object HEARTBEAT = "heartbeat";
    /** For active calls when a connection has reached its maximum age; streams never end by themselves. */
    private static final Duration CONNECTION_GRACE = Duration.ofSeconds(1);

    private final SnapshotStore store;
    private final Consumer<String> wake;
    private final AdsService service;
    private final HealthStatusManager health = new HealthStatusManager();
    private final SyncState sync;
    private final Server server;
    private final ExecutorService workers;
    private final ExecutorService notifier;
    private final ScheduledExecutorService timer;
    private final XdsEvents events;
    private final Heartbeat heartbeat;
    private final @Nullable UnixSocket socket;
    private final @Nullable Connections connections;

    private XdsServer(Builder builder) throws IOException {
        store = builder.store;
        int threads = Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors()));
        // Streams that end while the server stops still submit tasks; their results are not needed.
        workers = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                named("xds-%d"),
                new ThreadPoolExecutor.DiscardPolicy());
        notifier = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                named("xds-sync-%d"),
                new ThreadPoolExecutor.DiscardPolicy());
        timer = Executors.newSingleThreadScheduledExecutor(named("xds-timer-%d"));
        sync = new SyncState(notifier);
        events = builder.events;
        var lanes = new Lanes(workers, threads - 1);
        heartbeat = new Heartbeat(List.of(lanes.of(HEARTBEAT), notifier), builder.stallLimit, System::nanoTime);
        service = new AdsService(
                store, sync, builder.identityCheck(), builder.events, builder.clock, lanes, builder.keptNames);
        wake = service::changed;
        store.onChange(wake);
        serving(builder.serving);
        var tls = builder.tls;
        var netty = NettyServerBuilder.forAddress(
                builder.address, tls == null ? InsecureServerCredentials.create() : tls.credentials());
        socket = UnixSocket.of(builder.address);
        if (socket != null) {
            socket.serveOn(netty);
        }
        connections = tls == null ? null : new Connections(threads, builder.mostUnproven, builder.mostPerIdentity);
        if (connections != null) {
            connections.serveOn(netty);
        }
        server = netty.executor(workers)
                .callExecutor(new ServerCallExecutorSupplier() {
                    @Override
                    public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata metadata) {
                        return lanes.of(Peers.identity(call));
                    }
                })
                .maxInboundMessageSize(RequestLimits.MAX_BYTES)
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .maxConnectionIdle(IDLE_SECONDS, TimeUnit.SECONDS)
                .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
                .maxConcurrentCallsPerConnection(MAX_STREAMS_PER_CONNECTION)
                .permitKeepAliveTime(4, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .maxConnectionAge(builder.connectionAge.toMillis(), TimeUnit.MILLISECONDS)
                .maxConnectionAgeGrace(CONNECTION_GRACE.toMillis(), TimeUnit.MILLISECONDS)
                .intercept(new Peers(MAX_STREAMS_PER_IDENTITY))
                .addService(service)
                .addService(health.getHealthService())
                .build();
        try {
            server.start();
            if (socket != null) {
                socket.restrict();
            }
        } catch (IOException e) {
            server.shutdownNow();
            stopThreads();
            throw e;
        }
        long period = Math.max(20, Math.min(builder.answerTimeout.toMillis(), builder.stallLimit.toMillis()) / 4);
        repeat(Duration.ofMillis(period), () -> {
            heartbeat.beat();
            service.tidyUp(builder.answerTimeout);
        });
        repeat(RETRY_CHECKS, service::retry);
    }

    /** Catches all errors, because a task that throws would never run again. */
    private void repeat(Duration period, Runnable check) {
        timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        check.run();
                    } catch (RuntimeException | Error e) {
                        LOG.log(System.Logger.Level.ERROR, "the periodic check of xDS streams failed, retrying", e);
                        events.failed("timer");
                    }
                },
                period.toMillis(),
                period.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /**
     * Whether all threads of the server still accept work. When one kind of them has not for one minute, the process
     * must be restarted.
     */
    public boolean alive() {
        return heartbeat.alive();
    }

    /** Configures a server of the snapshots in a store, by default on a free port of the loopback interface. */
    public static Builder builder(SnapshotStore store) {
        return new Builder(store);
    }

    /** The port that the server listens on; -1 for a socket. */
    public int port() {
        return server.getPort();
    }

    /** The acknowledgements of the connected gateways. */
    public SyncState sync() {
        return sync;
    }

    /**
     * Sets whether this is the operator from which gateways fetch their configuration. An operator that does not serve
     * rejects streams with UNAVAILABLE and closes existing ones; gateways keep their configuration and connect to the
     * operator that serves. A call with the current value does nothing.
     */
    public void serving(boolean serves) {
        health.setStatus(
                AggregatedDiscoveryServiceGrpc.SERVICE_NAME,
                serves ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
        service.serving(serves);
    }

    /** Closes the streams and the port. Gateways keep their configuration and try to reconnect. */
    @Override
    public void close() {
        store.removeListener(wake);
        health.enterTerminalState();
        server.shutdown();
        service.shutDown();
        try {
            if (!server.awaitTermination(2, TimeUnit.SECONDS)) {
                server.shutdownNow();
                server.awaitTermination(2, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        stopThreads();
    }

    private void stopThreads() {
        store.removeListener(wake);
        timer.shutdownNow();
        if (socket != null) {
            socket.close();
        }
        if (connections != null) {
            connections.close();
        }
        MoreExecutors.shutdownAndAwaitTermination(workers, Duration.ofSeconds(2));
        MoreExecutors.shutdownAndAwaitTermination(notifier, Duration.ofSeconds(2));
    }

    private static ThreadFactory named(String format) {
        return new ThreadFactoryBuilder().setNameFormat(format).setDaemon(true).build();
    }

    /** The configuration of a server. */
    public static final class Builder {
        private final SnapshotStore store;
        private SocketAddress address = new InetSocketAddress("127.0.0.1", 0);
        private @Nullable XdsTls tls;
        private @Nullable IdentityCheck identityCheck;
        private XdsEvents events = XdsEvents.NONE;
        private Duration answerTimeout = DEFAULT_ANSWER_TIMEOUT;
        private Duration connectionAge = Duration.ofNanos(Long.MAX_VALUE);
        private Duration stallLimit = Duration.ofMinutes(1);
        private boolean serving = true;
        private InstantSource clock = InstantSource.system();
        private int mostUnproven = MAX_UNPROVEN_CONNECTIONS;
        private int mostPerIdentity = MAX_CONNECTIONS_PER_IDENTITY;
        private KeptNames keptNames = KeptNames.ofHeap(Runtime.getRuntime().maxMemory());

        private Builder(SnapshotStore store) {
            this.store = store;
        }

        /** The address to listen on; port 0 selects a free one. Without TLS it must be a loopback address. */
        public Builder address(String host, int port) {
            address = new InetSocketAddress(host, port);
            return this;
        }

        /**
         * A Unix domain socket to listen on, which only this user may open. An existing socket is replaced.
         *
         * @param path at most 107 bytes, in a directory that only this user may enter
         */
        public Builder socket(Path path) {
            address = UnixDomainSocketAddress.of(path);
            return this;
        }

        /** Serves mutual TLS; without it the server uses plaintext. */
        public Builder tls(XdsTls credentials) {
            tls = credentials;
            return this;
        }

        /** Authorizes gateways; by default {@link IdentityCheck#certificateUri} with TLS and anyone without. */
        public Builder identityCheck(IdentityCheck check) {
            identityCheck = check;
            return this;
        }

        public Builder events(XdsEvents listener) {
            events = listener;
            return this;
        }

        /** Maximum time in which a gateway must answer a response. */
        public Builder answerTimeout(Duration timeout) {
            answerTimeout = timeout;
            return this;
        }

        /**
         * Maximum time without work on threads before the server is not {@linkplain XdsServer#alive alive}; one minute
         * by default.
         */
        Builder stallLimit(Duration limit) {
            stallLimit = limit;
            return this;
        }

        /**
         * Maximum age of a connection, plus or minus a tenth; unlimited by default. A gateway then opens another
         * connection, and both sides verify the certificates again.
         */
        public Builder connectionAge(Duration age) {
            connectionAge = age;
            return this;
        }

        /** Starts without serving, until {@link XdsServer#serving} is called. */
        public Builder standby() {
            serving = false;
            return this;
        }

        /** Maximum connections before the end of their handshake, and of one identity. */
        Builder connections(int unproven, int perIdentity) {
            mostUnproven = unproven;
            mostPerIdentity = perIdentity;
            return this;
        }

        /** The limits of requested names that no resource has. */
        Builder keptNames(KeptNames bounds) {
            keptNames = bounds;
            return this;
        }

        /** A clock for elapsed time: of two streams of a gateway the newer one is used. */
        public Builder clock(InstantSource source) {
            clock = source;
            return this;
        }

        /**
         * Opens the port.
         *
         * @throws IOException when the port cannot be opened
         * @throws IllegalArgumentException for plaintext on an address that others can reach
         */
        public XdsServer start() throws IOException {
            if (tls == null
                    && address instanceof InetSocketAddress port
                    && (port.getAddress() == null || !port.getAddress().isLoopbackAddress())) {
                throw new IllegalArgumentException("xDS without TLS is allowed only on loopback, not on " + address
                        + ": configurations contain keys");
            }
            return new XdsServer(this);
        }

        private IdentityCheck identityCheck() {
            if (identityCheck != null) {
                return identityCheck;
            }
            return tls == null ? IdentityCheck.anyone() : IdentityCheck.certificateUri();
        }
    }
}
