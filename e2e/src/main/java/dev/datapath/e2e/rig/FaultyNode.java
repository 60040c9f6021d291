package dev.datapath.e2e.rig;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A store node that answers every request and every provider's health check, until it is told to fail in one way. */
public final class FaultyNode implements AutoCloseable {
    /** What every provider's preset takes for healthy: ECS and ObjectScale look for this text. */
    private static final String HEALTHY = "<Name>MAINTENANCE_MODE</Name><Status>OFF</Status>";

    private static final String IN_MAINTENANCE = "<Name>MAINTENANCE_MODE</Name><Status>ON</Status>";

    /** Longer than any limit for a first byte in the tests, shorter than a test. */
    private static final Duration LATE = Duration.ofSeconds(5);

    private final ScriptedNode node;
    private final FaultyLink link;
    private final @Nullable TlsFront tls;
    private final AtomicLong served = new AtomicLong();
    private volatile @Nullable NodeFault fault;

    private FaultyNode(TestPki.@Nullable PemPair certificate) throws IOException {
        node = ScriptedNode.start(this::answer);
        node.checkScript(this::check);
        link = FaultyLink.to(node.port());
        tls = certificate == null ? null : TlsFront.to(link.port(), certificate);
    }

    /** A healthy node that speaks clear text. */
    public static FaultyNode start() throws IOException {
        return new FaultyNode(null);
    }

    /** A healthy node that speaks TLS and shows that certificate. */
    public static FaultyNode start(TestPki.PemPair certificate) throws IOException {
        return new FaultyNode(certificate);
    }

    /** Its port on 127.0.0.1. */
    public int port() {
        return tls == null ? link.port() : tls.port();
    }

    /** Requests that reached it, health checks aside. */
    public long requests() {
        return served.get();
    }

    /** Health checks that reached it. */
    public int checks() {
        return node.checks().size();
    }

    /** From now on it fails so. */
    public void fail(NodeFault how) {
        fault = how;
        switch (how) {
            case REFUSES -> link.refuse();
            case DROPS -> link.blackHole();
            case SILENT -> link.hang();
            default -> link.pass();
        }
    }

    /** From now on it fails by showing that certificate. */
    public void showExpired(TestPki.PemPair certificate) throws IOException {
        fault = NodeFault.EXPIRED_CERTIFICATE;
        front().show(certificate);
    }

    /** From now on it is healthy and shows that certificate. */
    public void show(TestPki.PemPair certificate) throws IOException {
        fault = null;
        front().show(certificate);
    }

    private TlsFront front() {
        if (tls == null) {
            throw new IllegalStateException("the node speaks clear text");
        }
        return tls;
    }

    /** From now on it is healthy. */
    public void recover() {
        fault = null;
        link.pass();
    }

    private void answer(Exchange exchange) throws IOException, InterruptedException {
        served.incrementAndGet();
        exchange.readBody();
        switch (fault) {
            case RESETS -> exchange.reset();
            case CLOSES -> exchange.close();
            case SHORT_BODY -> {
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                        .write(new byte[500]);
                exchange.close();
            }
            case RESETS_WRITES -> {
                if (exchange.head().method().equals("PUT")) {
                    exchange.reset();
                } else {
                    exchange.answer("200 OK", "");
                }
            }
            case GARBAGE -> {
                exchange.write("\u0016\u0003\u0001 not HTTP\r\n\r\n");
                exchange.close();
            }
            case BAD_GATEWAY -> exchange.answer("502 Bad Gateway", "");
            case INTERNAL_ERROR ->
                exchange.answer("500 Internal Server Error", "<Error><Code>InternalError</Code></Error>");
            case SLOW_DOWN -> exchange.answer("503 Slow Down", "<Error><Code>SlowDown</Code></Error>");
            case SLOW_FIRST_BYTE -> exchange.pause(LATE).answer("200 OK", "");
            case null, default -> exchange.answer("200 OK", "");
        }
    }

    private void check(Exchange exchange) throws IOException, InterruptedException {
        if (fault == NodeFault.SLOW_FIRST_BYTE) {
            exchange.pause(LATE);
        }
        boolean head = exchange.head().method().equals("HEAD");
        exchange.answer("200 OK", head ? "" : fault == NodeFault.WRONG_BODY ? IN_MAINTENANCE : HEALTHY);
    }

    @Override
    public void close() {
        if (tls != null) {
            tls.close();
        }
        link.close();
        node.close();
    }
}
