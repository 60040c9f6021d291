package dev.datapath.e2e.rig;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A store node that does what a test says and records every request byte for byte. Each connection is served by a virtual thread;
 * a script that blocks holds only its own connection. Health checks of gateways have a script and a record of their own.
 */
public final class ScriptedNode implements AutoCloseable {
    /** How one request is answered. */
    @FunctionalInterface
    public interface Script {
        /** Reads of the request what it likes and writes what it likes; the connection stays open unless the script closes it. */
        void answer(Exchange exchange) throws IOException, InterruptedException;
    }

    /** Reads the body and answers {@code 200 OK}. */
    public static final Script OK = exchange -> {
        exchange.readBody();
        exchange.answer("200 OK", exchange.head().method().equals("HEAD") ? "" : "ok");
    };

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
    private final List<Exchange> checks = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Script script;
    private volatile Script checkScript = OK;

    private ScriptedNode(Script script, int receiveBuffer, InetAddress address) throws IOException {
        this.script = script;
        this.server = new ServerSocket();
        if (receiveBuffer > 0) {
            server.setReceiveBufferSize(receiveBuffer);
        }
        server.bind(new InetSocketAddress(address, 0), 1024);
        Thread.ofPlatform().daemon().name("scripted-" + port()).start(this::acceptAll);
    }

    /** A node that answers {@link #OK} until told otherwise. */
    public static ScriptedNode start() {
        return start(OK);
    }

    /** A node with a script. */
    public static ScriptedNode start(Script script) {
        return start(script, 0);
    }

    /** A node whose kernel holds about {@code receiveBuffer} unread bytes per connection: a slow reader is felt at once. */
    public static ScriptedNode start(Script script, int receiveBuffer) {
        try {
            return new ScriptedNode(script, receiveBuffer, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on loopback", e);
        }
    }

    /** A node at that address of this machine, such as {@code ::1}. */
    public static ScriptedNode startAt(String address) {
        try {
            return new ScriptedNode(OK, 0, InetAddress.getByName(address));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + address, e);
        }
    }

    /** Where it listens, on 127.0.0.1 unless another address was asked for. */
    public int port() {
        return server.getLocalPort();
    }

    /** From now on requests are answered so. */
    public void script(Script next) {
        script = next;
    }

    /** From now on health checks are answered so; {@link #OK} before. */
    public void checkScript(Script next) {
        checkScript = next;
    }

    /** Every health check so far, in the order their heads were complete. */
    public List<Exchange> checks() {
        return List.copyOf(checks);
    }

    /** Every request so far but health checks, in the order their heads were complete. */
    public List<Exchange> exchanges() {
        return List.copyOf(exchanges);
    }

    /** The last request. */
    public Exchange last() {
        return exchanges.get(exchanges.size() - 1);
    }

    /** The requests with that target. */
    public List<Exchange> exchanges(String target) {
        return exchanges.stream().filter(e -> e.head().target().equals(target)).toList();
    }

    /** Connections on which at least one request came that was no health check. */
    public int connections() {
        return connections.get();
    }

    /** Connections open now. */
    public int openConnections() {
        return open.size();
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        open.add(socket);
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream(), 65_536);
            int number = -1;
            while (true) {
                var head = HttpHead.read(in);
                if (head.isEmpty()) {
                    return;
                }
                boolean check = isHealthCheck(head.get());
                if (number < 0 && !check) {
                    number = connections.getAndIncrement();
                }
                var exchange = new Exchange(socket, in, head.get(), number);
                (check ? checks : exchanges).add(exchange);
                run(exchange, check ? checkScript : script);
                if (!exchange.keepsConnection()) {
                    return;
                }
            }
        } catch (IOException peerIsGone) {
            // Seen by the test through the exchange, where it matters.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private static boolean isHealthCheck(HttpHead head) {
        return head.field("user-agent").filter("Envoy/HC"::equals).isPresent();
    }

    private static void run(Exchange exchange, Script script) throws IOException, InterruptedException {
        try {
            script.answer(exchange);
            exchange.over().complete(null);
        } catch (IOException | InterruptedException | RuntimeException e) {
            exchange.over().completeExceptionally(e);
            throw e;
        }
    }

    /** Closes the port and every connection. */
    @Override
    public void close() {
        try {
            server.close();
            for (var socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the node on port " + port(), e);
        }
    }
}
