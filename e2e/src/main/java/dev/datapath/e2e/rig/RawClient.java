package dev.datapath.e2e.rig;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** An HTTP client that writes the bytes it is given and tells how an answer really came. One instance is one connection. */
public final class RawClient implements AutoCloseable {
    /** How an answer, or the lack of one, ended. */
    public enum End {
        /** The body came to its end; the connection stays. */
        COMPLETE,
        /** The connection was closed in order before the answer was whole. */
        TRUNCATED,
        /** The connection was reset before the answer was whole. */
        RESET,
        /** Nothing more came within the limit; the connection is open. */
        SILENT
    }

    /** An answer with its body: {@code content} is what came of it before {@code end}. */
    public record Answer(HttpHead head, byte[] content, End end) {
        /** The status code. */
        public int status() {
            return head.status();
        }

        /** The content as ISO-8859-1 text. */
        public String text() {
            return new String(content, StandardCharsets.ISO_8859_1);
        }
    }

    private final Socket socket;
    private final BufferedInputStream in;
    private String method = "GET";

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 65_536);
    }

    /** Connects to a port on loopback; reads wait at most 20 seconds unless told otherwise. */
    public static RawClient to(int port) throws IOException {
        return to(port, 0);
    }

    /** The same with a small receive buffer in the kernel, so that not reading is felt by the other side soon. */
    public static RawClient to(int port, int receiveBuffer) throws IOException {
        var socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        return new RawClient(socket);
    }

    /** On a connection that is there already, such as one with TLS. */
    public static RawClient over(Socket socket) throws IOException {
        return new RawClient(socket);
    }

    /** Asks with GET, on a connection of its own, and returns the answer's status code. */
    public static int status(int port, String target) throws IOException {
        try (var client = to(port)) {
            return client.request("GET", target).answer().status();
        }
    }

    /** Whether connections to that port on loopback fail. */
    public static boolean refused(int port) {
        try (var client = to(port)) {
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    /** Reads wait at most that long from now on. */
    public RawClient patience(Duration limit) throws IOException {
        socket.setSoTimeout((int) limit.toMillis());
        return this;
    }

    /** Sends characters as ISO-8859-1 bytes; the first word is remembered as the method of the request. */
    public RawClient send(String text) throws IOException {
        int blank = text.indexOf(' ');
        if (blank > 0 && text.substring(0, blank).chars().allMatch(c -> c >= 'A' && c <= 'Z')) {
            method = text.substring(0, blank);
        }
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes. */
    public RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends a request with these header lines and no body. {@code Host} is sent first. */
    public RawClient request(String requestMethod, String target, String... headerLines) throws IOException {
        var text = new StringBuilder(requestMethod)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: 127.0.0.1:")
                .append(socket.getPort())
                .append("\r\n");
        for (var line : headerLines) {
            text.append(line).append("\r\n");
        }
        return send(text.append("\r\n").toString());
    }

    /**
     * Reads the next head.
     *
     * @throws EOFException when the connection was closed before it
     */
    public HttpHead readHead() throws IOException {
        return HttpHead.read(in).orElseThrow(() -> new EOFException("closed before an answer"));
    }

    /** The body that belongs to a head just read, for reading it at one's own pace. */
    public HttpBody body(HttpHead head) {
        return HttpBody.ofResponse(method, head, in);
    }

    /** Reads one whole answer; interim answers (1xx) are skipped. */
    public Answer answer() throws IOException {
        var head = readHead();
        while (head.status() < 200) {
            head = readHead();
        }
        return answer(head);
    }

    /** Reads the body of an answer to a method other than the one sent last, as pipelined requests need it. */
    public Answer answerTo(String requestMethod) throws IOException {
        method = requestMethod;
        return answer();
    }

    private Answer answer(HttpHead head) {
        var body = body(head);
        var content = new java.io.ByteArrayOutputStream();
        var end = End.COMPLETE;
        try {
            for (var piece = body.next(65_536); piece.length > 0; piece = body.next(65_536)) {
                content.writeBytes(piece);
            }
        } catch (IOException e) {
            end = kind(e);
        }
        return new Answer(head, content.toByteArray(), end);
    }

    /** Reads until the connection ends; whatever still comes is thrown away. {@link End#TRUNCATED} is an orderly close. */
    public End awaitEnd() {
        try {
            while (in.read() >= 0) {
                // Not of interest.
            }
            return End.TRUNCATED;
        } catch (IOException e) {
            return kind(e);
        }
    }

    private static End kind(IOException e) {
        return switch (e) {
            case SocketTimeoutException silence -> End.SILENT;
            case SocketException reset -> End.RESET;
            default -> End.TRUNCATED;
        };
    }

    /** Sends FIN and goes on reading. */
    public void finishSending() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection with RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
