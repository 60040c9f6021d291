package dev.datapath.e2e.rig;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Ends TLS in front of a port on loopback, with a certificate that can be changed for the connections to come. */
final class TlsFront implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile SSLContext context;

    private TlsFront(int target, TestPki.PemPair certificate) throws IOException {
        this.target = target;
        this.context = ServerTls.context(certificate);
        this.server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        Thread.ofPlatform().daemon().name("tls-" + port()).start(this::acceptAll);
    }

    static TlsFront to(int targetPort, TestPki.PemPair certificate) throws IOException {
        return new TlsFront(targetPort, certificate);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Ends all connections; new ones are shown that certificate. */
    void show(TestPki.PemPair certificate) throws IOException {
        context = ServerTls.context(certificate);
        open.forEach(TlsFront::end);
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                Thread.startVirtualThread(() -> forward(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void forward(Socket client) {
        open.add(client);
        var store = new Socket();
        try (client;
                store;
                var tls = (SSLSocket) context.getSocketFactory().createSocket(client, null, true)) {
            tls.startHandshake();
            store.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            var up = Thread.startVirtualThread(() -> copy(tls, store));
            copy(store, tls);
            up.join();
        } catch (IOException broken) {
            end(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException broken) {
            end(from);
        }
        end(to);
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyClosed) {
            // It is closed, as it should be.
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException alreadyClosed) {
            // It is closed, as it should be.
        }
        open.forEach(TlsFront::end);
    }
}
