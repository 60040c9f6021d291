package dev.datapath.operator.xds;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Limits the TCP connections of a server with mutual TLS. When there are too many connections without a client
 * certificate, a new one replaces the oldest. A gateway sends its certificate within milliseconds, so silent
 * connections block it only if the whole limit is reopened within that time. Each identity has a limited number of
 * connections with a certificate. Thread-safe.
 */
final class Connections extends ServerTransportFilter implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Attributes.Key<Object> IDENTITY = Attributes.Key.create("identity");

    private final int mostUnproven;
    private final int mostPerIdentity;
    private final NioEventLoopGroup acceptor = new NioEventLoopGroup(1, named("xds-accept-%d"));
    private final NioEventLoopGroup loops;
    /** Connections before the end of the handshake, the oldest first. */
    private final Map<SocketAddress, Channel> unproven = new LinkedHashMap<>();

    private final Map<Object, Integer> proven = new HashMap<>();

    /**
     * @param threads threads for reads and writes
     * @param mostUnproven maximum connections before the end of their handshake
     * @param mostPerIdentity maximum connections with certificates of the same names
     */
    Connections(int threads, int mostUnproven, int mostPerIdentity) {
        this.mostUnproven = mostUnproven;
        this.mostPerIdentity = mostPerIdentity;
        loops = new NioEventLoopGroup(threads, named("xds-io-%d"));
    }

    void serveOn(NettyServerBuilder server) {
        server.channelFactory(this::listener)
                .bossEventLoopGroup(acceptor)
                .workerEventLoopGroup(loops)
                .addTransportFilter(this);
    }

    private NioServerSocketChannel listener() {
        var channel = new NioServerSocketChannel();
        channel.pipeline().addLast(new Accepted());
        return channel;
    }

    /** Handles each connection before anything is read from it. */
    @ChannelHandler.Sharable
    private final class Accepted extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            if (accepted instanceof Channel connection) {
                accept(connection);
            }
            context.fireChannelRead(accepted);
        }
    }

    private void accept(Channel connection) {
        var peer = connection.remoteAddress();
        if (peer == null) {
            // The connection is already closed.
            return;
        }
        var oldest = add(peer, connection);
        if (oldest != null) {
            end(oldest);
        }
        var unused = connection.closeFuture().addListener(closed -> forget(peer, connection));
    }

    private synchronized @Nullable Channel add(SocketAddress peer, Channel connection) {
        unproven.remove(peer);
        unproven.put(peer, connection);
        if (unproven.size() <= mostUnproven) {
            return null;
        }
        var oldest = unproven.keySet().iterator().next();
        return unproven.remove(oldest);
    }

    private synchronized void forget(SocketAddress peer, Channel connection) {
        unproven.remove(peer, connection);
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
        var peer = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        SSLSession session = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        Object identity = Peers.names(session);
        Channel connection;
        boolean counted;
        synchronized (this) {
            connection = peer == null ? null : unproven.remove(peer);
            counted = proven.getOrDefault(identity, 0) < mostPerIdentity;
            if (counted) {
                proven.merge(identity, 1, Integer::sum);
            }
        }
        if (counted) {
            return attributes.toBuilder().set(IDENTITY, identity).build();
        }
        if (connection != null) {
            end(connection);
        }
        return attributes;
    }

    /** Closes immediately: gRPC's handlers would allow streams to start and end before. */
    private static void end(Channel connection) {
        var first = connection.pipeline().firstContext();
        if (first == null) {
            var unused = connection.close();
        } else {
            var unused = first.close();
        }
    }

    @Override
    public synchronized void transportTerminated(@Nullable Attributes attributes) {
        // gRPC calls this without attributes for connections that end before the handshake.
        var identity = attributes == null ? null : attributes.get(IDENTITY);
        if (identity != null) {
            proven.computeIfPresent(identity, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Must be called after the server has stopped. */
    @Override
    public void close() {
        var accepting = acceptor.shutdownGracefully(0, GRACE.toMillis(), TimeUnit.MILLISECONDS);
        var working = loops.shutdownGracefully(0, GRACE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static ThreadFactory named(String format) {
        return new ThreadFactoryBuilder().setNameFormat(format).setDaemon(true).build();
    }
}
