package dev.datapath.operator.standalone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A complete HTTP/1.1 response on a connection that was closed after it. */
record HttpAnswer(int status, String text) {

    static HttpAnswer parse(byte[] bytes) throws IOException {
        int end = headEnd(bytes);
        var head = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
        var statusLine = head.lines().findFirst().orElse("");
        var words = statusLine.split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.")) {
            throw new IOException("not an HTTP response: " + statusLine);
        }
        boolean chunked = head.toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding: chunked");
        var body = chunked
                ? unchunked(bytes, end + 4)
                : new String(bytes, end + 4, bytes.length - end - 4, StandardCharsets.UTF_8);
        return new HttpAnswer(Integer.parseInt(words[1]), body);
    }

    /** The body when the status is 200. */
    String body(String request) throws IOException {
        if (status != 200) {
            throw new IOException(request + " returned status " + status + ": " + text.strip());
        }
        return text;
    }

    private static int headEnd(byte[] bytes) throws IOException {
        for (int i = 0; i + 3 < bytes.length; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') {
                return i;
            }
        }
        throw new IOException("the response was truncated in its headers");
    }

    private static String unchunked(byte[] bytes, int start) throws IOException {
        var body = new ByteArrayOutputStream(bytes.length - start);
        int at = start;
        while (true) {
            int lineEnd = at;
            while (lineEnd < bytes.length && bytes[lineEnd] != '\r') {
                lineEnd++;
            }
            if (lineEnd + 1 >= bytes.length) {
                throw new IOException("the response was truncated between chunks");
            }
            int size = Integer.parseInt(new String(bytes, at, lineEnd - at, StandardCharsets.US_ASCII).strip(), 16);
            if (size == 0) {
                return body.toString(StandardCharsets.UTF_8);
            }
            at = lineEnd + 2;
            if (at + size + 2 > bytes.length) {
                throw new IOException("the response was truncated in a chunk");
            }
            body.write(bytes, at, size);
            at += size + 2;
        }
    }
}
