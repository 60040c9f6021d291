package dev.datapath.e2e.bench;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Asks which store serves a bucket now, over one kept-alive connection. */
final class Probe implements AutoCloseable {
    private static final String MARK = "x-store: ";

    private final Wire wire;
    private final ByteBuffer in;

    Probe(int port) throws IOException {
        wire = Wire.clear(port);
        in = wire.buffer(16 * 1024);
    }

    /** The mark of the store that answered; the status code where the gateway answered itself. */
    String storeOf(String bucket) throws IOException {
        var head = "GET /" + bucket + "/0 HTTP/1.1\r\nHost: " + LoadClient.HOST + "\r\n\r\n";
        wire.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1)), ByteBuffer.allocate(0));
        in.clear();
        int end = -1;
        while (end < 0) {
            more();
            end = AnswerHead.end(in);
        }
        var text = AnswerHead.text(in, end);
        for (long length = AnswerHead.length(text); in.position() < end + length; ) {
            more();
        }
        int mark = text.indexOf(MARK);
        return mark < 0
                ? Integer.toString(AnswerHead.status(in))
                : text.substring(mark + MARK.length(), text.indexOf('\r', mark));
    }

    private void more() throws IOException {
        if (wire.read(in) < 0) {
            throw new EOFException("the gateway ended the connection");
        }
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
