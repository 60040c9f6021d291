package dev.datapath.e2e.rig;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One request at a {@link ScriptedNode} and the hand that answers it. What is read is recorded; what is written goes out as it is.
 */
public final class Exchange {
    private final Socket socket;
    private final HttpHead head;
    private final HttpBody body;
    private final int connection;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final long arrivedNanos = System.nanoTime();
    private volatile boolean keep = true;

    Exchange(Socket socket, BufferedInputStream in, HttpHead head, int connection) {
        this.socket = socket;
        this.head = head;
        this.connection = connection;
        this.body = HttpBody.ofRequest(head, in);
    }

    /** The request's head as it came. */
    public HttpHead head() {
        return head;
    }

    /** The number of the connection it came on, from 0. */
    public int connection() {
        return connection;
    }

    /** When its head was complete, on the clock of {@link System#nanoTime()}. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** Reads the rest of the request's body, keeps it in {@link #content()} and returns it. */
    public byte[] readBody() throws IOException {
        for (var piece = body.next(65_536); piece.length > 0; piece = body.next(65_536)) {
            content.writeBytes(piece);
        }
        return content();
    }

    /** Reads at least one and at most {@code max} bytes of the body without keeping them; 0 at its end. */
    public int readSome(int max) throws IOException {
        return body.next(max).length;
    }

    /** The request's body, for reading it without keeping it. */
    public HttpBody body() {
        return body;
    }

    /** What {@link #readBody()} has read. */
    public byte[] content() {
        return content.toByteArray();
    }

    /** Sends characters as ISO-8859-1 bytes. */
    public Exchange write(String text) throws IOException {
        return write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes. */
    public Exchange write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends a whole answer: status line, the given header lines, Content-Length and the body. */
    public void answer(String status, String body, String... headerLines) throws IOException {
        var text = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
        for (var line : headerLines) {
            text.append(line).append("\r\n");
        }
        text.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
        write(text.toString());
    }

    /** Lets time pass before the next step of the script. */
    public Exchange pause(Duration time) throws InterruptedException {
        Thread.sleep(time);
        return this;
    }

    /** Closes the connection in order (FIN). */
    public void close() throws IOException {
        keep = false;
        socket.close();
    }

    /** Resets the connection (RST). */
    public void reset() throws IOException {
        keep = false;
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /**
     * Reads until the gateway is gone.
     *
     * @return whether it went within {@code limit}
     */
    public boolean peerGoneWithin(Duration limit) throws IOException {
        keep = false;
        long end = System.nanoTime() + limit.toNanos();
        var in = socket.getInputStream();
        var buffer = new byte[65_536];
        try {
            while (true) {
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (leftMillis <= 0) {
                    return false;
                }
                socket.setSoTimeout((int) leftMillis);
                if (in.read(buffer) < 0) {
                    return true;
                }
            }
        } catch (java.net.SocketTimeoutException still) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Done when the script has returned or failed. */
    public CompletableFuture<Void> over() {
        return over;
    }

    boolean keepsConnection() {
        return keep && !socket.isClosed();
    }
}
