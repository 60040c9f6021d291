package dev.datapath.operator.xds;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Unix domain socket that only its owner may open. Uses the JDK's own sockets, so no native library is needed. */
final class UnixSocket implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Path path;
    private final NioEventLoopGroup loops = new NioEventLoopGroup(1);

    private UnixSocket(Path path) {
        this.path = path;
    }

    /** The socket of an address; null for other types of addresses. */
    static @Nullable UnixSocket of(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress unix ? new UnixSocket(unix.getPath()) : null;
    }

    /** Makes the server listen on it, and replaces a socket of an earlier process. */
    void serveOn(NettyServerBuilder server) throws IOException {
        Files.deleteIfExists(path);
        server.channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops);
    }

    /** Must be called when the server listens. Until then only the directory restricts access. */
    void restrict() throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, GRACE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
