package dev.datapath.e2e.rig;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads the body of one HTTP/1.1 message by its framing, piece by piece. A stream that ends early is an {@link EOFException}, so
 * that a cut body is never taken for a whole one.
 */
public final class HttpBody {
    private enum Framing {
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    private final InputStream in;
    private final Framing framing;
    private final List<String> trailers = new ArrayList<>();
    private long left;
    private boolean ended;
    private long received;

    private HttpBody(InputStream in, Framing framing, long length) {
        this.in = in;
        this.framing = framing;
        this.left = framing == Framing.LENGTH ? length : 0;
        this.ended = framing == Framing.LENGTH && length == 0;
    }

    static HttpBody ofRequest(HttpHead head, InputStream in) {
        return head.chunked()
                ? new HttpBody(in, Framing.CHUNKED, 0)
                : new HttpBody(in, Framing.LENGTH, length(head).orElse(0));
    }

    static HttpBody ofResponse(String requestMethod, HttpHead head, InputStream in) {
        int status = head.status();
        if (requestMethod.equals("HEAD") || status < 200 || status == 204 || status == 304) {
            return new HttpBody(in, Framing.LENGTH, 0);
        }
        if (head.chunked()) {
            return new HttpBody(in, Framing.CHUNKED, 0);
        }
        var length = length(head);
        return length.isPresent()
                ? new HttpBody(in, Framing.LENGTH, length.getAsLong())
                : new HttpBody(in, Framing.UNTIL_CLOSE, 0);
    }

    private static OptionalLong length(HttpHead head) {
        return head.field("content-length")
                .map(Long::parseLong)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    /**
     * The next bytes of the content, at least one and at most {@code max}; an empty array once the body has ended.
     *
     * @throws EOFException when the stream ended before the body did
     */
    public byte[] next(int max) throws IOException {
        if (ended) {
            return new byte[0];
        }
        if (framing == Framing.CHUNKED && left == 0) {
            startChunk();
            if (ended) {
                return new byte[0];
            }
        }
        var buffer = new byte[framing == Framing.UNTIL_CLOSE ? max : (int) Math.min(max, left)];
        int n = in.read(buffer);
        if (n < 0) {
            ended = true;
            if (framing == Framing.UNTIL_CLOSE) {
                return new byte[0];
            }
            throw new EOFException("the stream ended after " + received + " bytes of a longer body");
        }
        received += n;
        left -= framing == Framing.UNTIL_CLOSE ? 0 : n;
        if (left == 0 && framing == Framing.CHUNKED) {
            line();
        }
        ended = left == 0 && framing == Framing.LENGTH;
        return n == buffer.length ? buffer : java.util.Arrays.copyOf(buffer, n);
    }

    private void startChunk() throws IOException {
        var size = line().split(";", 2)[0].strip();
        left = Long.parseLong(size, 16);
        if (left == 0) {
            for (var trailer = line(); !trailer.isEmpty(); trailer = line()) {
                trailers.add(trailer);
            }
            ended = true;
        }
    }

    private String line() throws IOException {
        var text = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the stream ended after " + received + " bytes of a chunked body");
            }
            if (b != '\r') {
                text.write(b);
            }
        }
        return text.toString(StandardCharsets.ISO_8859_1);
    }

    /** All that is left of the content. */
    public byte[] rest() throws IOException {
        var all = new ByteArrayOutputStream();
        for (var piece = next(65_536); piece.length > 0; piece = next(65_536)) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    /** Reads the rest and returns how many bytes it was, without keeping them. */
    public long skipRest() throws IOException {
        long count = 0;
        for (var piece = next(262_144); piece.length > 0; piece = next(262_144)) {
            count += piece.length;
        }
        return count;
    }

    /** Bytes of content read so far. */
    public long received() {
        return received;
    }

    /** The trailer lines of a chunked body that was read to its end. */
    public List<String> trailers() {
        return List.copyOf(trailers);
    }
}
