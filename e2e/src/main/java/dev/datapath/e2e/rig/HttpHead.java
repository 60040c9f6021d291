package dev.datapath.e2e.rig;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The head of an HTTP/1.1 message as it came over the wire: start line and fields, with nothing lower-cased, merged, decoded or
 * sorted. Text is ISO-8859-1, so that every byte is one character.
 *
 * @param startLine the request or status line without its line end
 * @param fields the header fields in their order
 */
public record HttpHead(String startLine, List<Field> fields) {
    /** One header field: the name as it was spelled, and the value without the blanks around it. */
    public record Field(String name, String value) {
        @Override
        public String toString() {
            return name + ": " + value;
        }
    }

    /** Reads up to and including the empty line; empty when the stream ends before the first byte. */
    static Optional<HttpHead> read(InputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        int lineLength = 0;
        while (true) {
            int b = in.read();
            if (b < 0) {
                if (bytes.size() == 0) {
                    return Optional.empty();
                }
                throw new IOException("the stream ended inside a head: " + bytes.toString(StandardCharsets.ISO_8859_1));
            }
            bytes.write(b);
            if (b == '\n') {
                if (lineLength == 0 && bytes.size() > 2) {
                    return Optional.of(parse(bytes.toString(StandardCharsets.ISO_8859_1)));
                }
                lineLength = 0;
            } else if (b != '\r') {
                lineLength++;
            }
        }
    }

    private static HttpHead parse(String text) {
        var lines = Arrays.asList(text.split("\r?\n"));
        var fields = new ArrayList<Field>();
        for (var line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            fields.add(new Field(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return new HttpHead(lines.get(0), List.copyOf(fields));
    }

    /** The value of the first field of that name, in any case. */
    public Optional<String> field(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .findFirst();
    }

    /** The fields as lines, in their order. */
    public List<String> lines() {
        return fields.stream().map(Field::toString).toList();
    }

    /** The request's method. */
    public String method() {
        return startLine.substring(0, startLine.indexOf(' '));
    }

    /** The request's target: every byte between method and version. */
    public String target() {
        return startLine.substring(startLine.indexOf(' ') + 1, startLine.lastIndexOf(' '));
    }

    /** The response's status code. */
    public int status() {
        return Integer.parseInt(startLine.split(" ", 3)[1]);
    }

    boolean chunked() {
        return field("transfer-encoding")
                .filter(coding -> coding.toLowerCase(java.util.Locale.ROOT).contains("chunked"))
                .isPresent();
    }
}
