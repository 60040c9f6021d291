package dev.datapath.e2e.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A store without a disk that costs as little as possible: a GET answers as many bytes as the last part of its path says, a PUT is
 * swallowed. Every answer carries the store's mark in {@code x-store}.
 */
final class MemoryStore implements AutoCloseable {
    private static final int CHUNK = 1 << 20;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(CHUNK).asReadOnlyBuffer();

    private final ServerSocketChannel server;
    private final String mark;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong requests = new AtomicLong();
    private volatile boolean slowDown;
    private volatile long readAtMost = Long.MAX_VALUE;

    private MemoryStore(String mark) throws IOException {
        this.mark = mark;
        this.server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        Thread.ofPlatform().daemon().name("store-" + mark).start(this::acceptAll);
    }

    static MemoryStore start(String mark) {
        try {
            return new MemoryStore(mark);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on loopback", e);
        }
    }

    int port() {
        return server.socket().getLocalPort();
    }

    /** Requests for objects so far; health checks are not counted. */
    long requests() {
        return requests.get();
    }

    /** Whether requests for objects are answered 503 SlowDown. */
    void slowDown(boolean on) {
        slowDown = on;
    }

    /** How many bytes of each upload that begins from now on are read per second. */
    void readAtMost(long bytesPerSecond) {
        readAtMost = bytesPerSecond;
    }

    private void acceptAll() {
        while (server.isOpen()) {
            try {
                var client = server.accept();
                open.add(client);
                Thread.ofPlatform().daemon().start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            var in = ByteBuffer.allocateDirect(256 * 1024);
            var out = ByteBuffer.allocateDirect(1024);
            while (true) {
                var head = RequestHead.read(client, in);
                if (head == null) {
                    return;
                }
                skip(client, in, head.contentLength());
                answer(client, out, head);
            }
        } catch (IOException gone) {
            // The other side ended the connection.
        } finally {
            open.remove(client);
        }
    }

    private void skip(SocketChannel client, ByteBuffer in, long length) throws IOException {
        long left = length - Math.min(length, in.remaining());
        in.position(in.position() + (int) (length - left));
        var pace = new Pace(readAtMost);
        while (left > 0) {
            in.clear().limit((int) Math.min(in.capacity(), left));
            int n = client.read(in);
            if (n < 0) {
                throw new IOException("the body ended early");
            }
            left -= n;
            in.flip().position(in.limit());
            pace.await(length - left);
        }
    }

    private void answer(SocketChannel client, ByteBuffer out, RequestHead head) throws IOException {
        long size = head.size();
        boolean object = size >= 0;
        if (object) {
            requests.incrementAndGet();
        }
        boolean refused = object && slowDown;
        long body = head.get() && !refused ? Math.max(0, size) : 0;
        out.clear();
        out.put(("HTTP/1.1 " + (refused ? "503 Slow Down" : "200 OK") + "\r\nx-store: " + mark
                        + "\r\nx-amz-request-id: 17A1B2C3D4E5F607\r\nETag: \"9b2cf535f27731c974343645a3985328\""
                        + "\r\nLast-Modified: Sun, 01 Nov 2026 10:00:00 GMT\r\nContent-Type: binary/octet-stream"
                        + "\r\nAccept-Ranges: bytes\r\nServer: store\r\nDate: Sun, 01 Nov 2026 10:00:00 GMT\r\nContent-Length: "
                        + body + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.flip();
        var first = ZEROES.duplicate().limit((int) Math.min(CHUNK, body));
        var both = new ByteBuffer[] {out, first};
        while (out.hasRemaining() || first.hasRemaining()) {
            client.write(both);
        }
        for (long left = body - first.limit(); left > 0; ) {
            var next = ZEROES.duplicate().limit((int) Math.min(CHUNK, left));
            left -= next.limit();
            while (next.hasRemaining()) {
                client.write(next);
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (var client : open) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the store " + mark, e);
        }
    }
}
