package dev.datapath.operator.standalone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Envoy's admin interface on a unix socket: one HTTP/1.1 request per connection, with limits on time and size.
 *
 * @param path the socket; its directory is private, so only this user can reach the interface
 * @param timeout for one request with its response
 */
record AdminSocket(Path path, Duration timeout) implements GatewayAdmin {
    /** Larger than the node table of several thousand clusters. */
    private static final int MAX_BYTES = 32 * 1024 * 1024;

    @Override
    public String get(String target) throws IOException {
        return request("GET", target);
    }

    @Override
    public String post(String target) throws IOException {
        return request("POST", target);
    }

    private String request(String method, String target) throws IOException {
        var request =
                method + " " + target + " HTTP/1.1\r\nHost: admin\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        long end = System.nanoTime() + timeout.toNanos();
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
                var selector = Selector.open()) {
            channel.configureBlocking(false);
            var key = channel.register(selector, SelectionKey.OP_WRITE);
            var out = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
            while (out.hasRemaining()) {
                await(selector, end, target);
                channel.write(out);
            }
            key.interestOps(SelectionKey.OP_READ);
            return HttpAnswer.parse(readAll(channel, selector, end, target)).body(method + " " + target);
        }
    }

    private static byte[] readAll(SocketChannel channel, Selector selector, long end, String target)
            throws IOException {
        var all = new ByteArrayOutputStream();
        var buffer = ByteBuffer.allocate(64 * 1024);
        while (true) {
            await(selector, end, target);
            int count = channel.read(buffer.clear());
            if (count < 0) {
                return all.toByteArray();
            }
            all.write(buffer.array(), 0, count);
            if (all.size() > MAX_BYTES) {
                throw new IOException("the response to " + target + " is longer than " + MAX_BYTES + " bytes");
            }
        }
    }

    private static void await(Selector selector, long end, String target) throws IOException {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis <= 0 || selector.select(millis) == 0) {
            throw new SocketTimeoutException("no response to " + target + " from the gateway's admin interface");
        }
        selector.selectedKeys().clear();
    }
}
