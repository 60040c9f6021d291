package dev.datapath.e2e.rig;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A TCP link in front of one node that fails on command. It forwards bytes as they are. A mode holds for running connections
 * and for new ones, until the next mode is set.
 */
public final class FaultyLink implements AutoCloseable {
    private enum Mode {
        PASS,
        REFUSE,
        RESET,
        HANG,
        BLACK_HOLE
    }

    private final int target;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Closeable> fillers = new ArrayList<>();
    private final AtomicLong accepted = new AtomicLong();
    private final Object gate = new Object();
    private volatile Mode mode = Mode.PASS;
    private volatile Duration firstByteDelay = Duration.ZERO;
    private @Nullable ServerSocket server;
    private @Nullable Thread acceptor;

    private FaultyLink(int target) throws IOException {
        this.target = target;
        this.server = listen(0, 1024);
        this.port = server.getLocalPort();
        acceptFrom(server);
    }

    /** A link on a port of its own to {@code targetPort} on loopback, passing everything. */
    public static FaultyLink to(int targetPort) {
        try {
            return new FaultyLink(targetPort);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a link to port " + targetPort, e);
        }
    }

    /** The port clients connect to. */
    public int port() {
        return port;
    }

    /** Connections accepted since the start. */
    public long accepted() {
        return accepted.get();
    }

    /** Connections open now. */
    public int openConnections() {
        return open.size() / 2;
    }

    /** All is well: bytes pass at once. Bytes held back by {@link #hang()} or {@link #blackHole()} go on their way. */
    public void pass() {
        firstByteDelay = Duration.ZERO;
        change(Mode.PASS);
    }

    /** The first bytes of each answer come {@code by} later; everything else passes. */
    public void delay(Duration by) {
        firstByteDelay = by;
        change(Mode.PASS);
    }

    /** The node's port is closed: running connections are reset and new ones refused. */
    public void refuse() {
        change(Mode.REFUSE);
    }

    /** The node resets: running connections now, new ones as soon as they have sent something. */
    public void reset() {
        change(Mode.RESET);
    }

    /** The node's kernel lives and its program does not: connections open, nothing is ever answered. */
    public void hang() {
        change(Mode.HANG);
    }

    /**
     * The node's packets vanish: nothing is answered, not even a connection attempt. (A full accept queue makes Linux drop SYN
     * packets, which is how this works without privileges.)
     */
    public void blackHole() {
        change(Mode.BLACK_HOLE);
    }

    private void change(Mode to) {
        synchronized (gate) {
            mode = to;
            try {
                switch (to) {
                    case PASS, HANG, RESET -> reopen();
                    case REFUSE -> stopListening();
                    case BLACK_HOLE -> dropConnectionAttempts();
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the link on port " + port + " cannot change to " + to, e);
            }
            if (to == Mode.REFUSE || to == Mode.RESET) {
                open.forEach(FaultyLink::abort);
            }
            gate.notifyAll();
        }
    }

    private void reopen() throws IOException {
        if (server != null && fillers.isEmpty()) {
            return;
        }
        stopListening();
        server = listen(port, 1024);
        acceptFrom(server);
    }

    private void stopListening() throws IOException {
        if (server != null) {
            server.close();
            server = null;
        }
        awaitAcceptor();
        for (var filler : fillers) {
            filler.close();
        }
        fillers.clear();
    }

    /** The kernel keeps a closed listener, and lets clients connect, until the thread that waits in it has woken up. */
    private void awaitAcceptor() throws IOException {
        if (acceptor == null) {
            return;
        }
        try {
            acceptor.join();
            acceptor = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while port " + port + " was being closed");
        }
    }

    @SuppressWarnings("AddressSelection") // loopback has one address
    private void dropConnectionAttempts() throws IOException {
        stopListening();
        var deaf = listen(port, 1);
        server = deaf;
        while (true) {
            var filler = new Socket();
            fillers.add(filler);
            try {
                filler.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            } catch (SocketTimeoutException queueIsFull) {
                return;
            }
        }
    }

    private static ServerSocket listen(int port, int backlog) throws IOException {
        var socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), backlog);
        return socket;
    }

    private void acceptFrom(ServerSocket from) {
        acceptor = Thread.ofPlatform().daemon().name("link-" + port).start(() -> {
            while (!from.isClosed()) {
                try {
                    var client = from.accept();
                    accepted.incrementAndGet();
                    Thread.startVirtualThread(() -> forward(client));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private void forward(Socket client) {
        open.add(client);
        var store = new Socket();
        open.add(store);
        try {
            client.setTcpNoDelay(true);
            store.setTcpNoDelay(true);
            var turn = new Turn();
            if (mode == Mode.PASS) {
                store.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            } else {
                client.getInputStream().read();
                awaitPassing();
                abort(client);
                return;
            }
            var up = Thread.startVirtualThread(() -> pump(client, store, turn, true));
            pump(store, client, turn, false);
            up.join();
        } catch (IOException broken) {
            abort(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            drop(client);
            drop(store);
        }
    }

    /** Whose turn it is to speak: the first bytes from the store after bytes from the client are an answer's first bytes. */
    private static final class Turn {
        private volatile boolean clientSpokeLast;
    }

    private void pump(Socket from, Socket to, Turn turn, boolean fromClient) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                awaitPassing();
                if (!fromClient && turn.clientSpokeLast && firstByteDelay.isPositive()) {
                    Thread.sleep(firstByteDelay);
                }
                turn.clientSpokeLast = fromClient;
                out.write(buffer, 0, n);
            }
            awaitPassing();
            to.shutdownOutput();
        } catch (IOException broken) {
            abort(from);
            abort(to);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Holds the caller while bytes must not move. */
    private void awaitPassing() throws IOException, InterruptedException {
        synchronized (gate) {
            while (mode == Mode.HANG || mode == Mode.BLACK_HOLE) {
                gate.wait();
            }
        }
        if (mode != Mode.PASS) {
            throw new IOException("the link is down");
        }
    }

    private static void abort(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException alreadyClosed) {
            // What was wanted.
        }
    }

    private void drop(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException alreadyClosed) {
            // What was wanted.
        }
    }

    /** Closes the port and resets every connection. */
    @Override
    public void close() {
        refuse();
    }
}
