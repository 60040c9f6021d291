package dev.datapath.e2e.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link MemoryStore} needs to know of a request.
 *
 * @param get whether it asks for a body
 * @param size the last part of the path as a number of bytes; -1 where it is none, as in a health check
 * @param contentLength bytes of the request's body
 */
record RequestHead(boolean get, long size, long contentLength) {
    private static final String LENGTH = "\r\ncontent-length:";

    /**
     * Reads one head; what follows it stays in {@code in}, ready to be got.
     *
     * @param in what an earlier call left, in its initial state (nothing put, limit at capacity) or ready to be got
     * @return null when the client closed the connection between requests
     */
    static @Nullable RequestHead read(SocketChannel client, ByteBuffer in) throws IOException {
        if (in.position() == 0 && in.limit() == in.capacity()) {
            in.limit(0);
        }
        in.compact();
        int end = endOfHead(in, 0);
        while (end < 0) {
            int from = Math.max(0, in.position() - 3);
            if (client.read(in) < 0) {
                return null;
            }
            end = endOfHead(in, from);
        }
        in.flip();
        var bytes = new byte[end];
        in.get(bytes);
        return parse(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private static int endOfHead(ByteBuffer in, int from) {
        for (int i = from; i + 3 < in.position(); i++) {
            if (in.get(i) == '\r' && in.get(i + 2) == '\r' && in.get(i + 3) == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    private static RequestHead parse(String head) {
        int pathEnd = head.indexOf(' ', head.indexOf(' ') + 1);
        int lastPart = head.lastIndexOf('/', pathEnd);
        var size = head.substring(lastPart + 1, pathEnd);
        int length = head.toLowerCase(Locale.ROOT).indexOf(LENGTH);
        long content = 0;
        if (length >= 0) {
            int start = length + LENGTH.length();
            content = Long.parseLong(
                    head.substring(start, head.indexOf('\r', start)).strip());
        }
        boolean number = !size.isEmpty() && size.chars().allMatch(c -> c >= '0' && c <= '9');
        return new RequestHead(head.startsWith("GET "), number ? Long.parseLong(size) : -1, content);
    }
}
