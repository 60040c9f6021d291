package dev.datapath.e2e.bench;

import dev.datapath.e2e.rig.FailingPools;
import dev.datapath.e2e.rig.FaultyNode;
import dev.datapath.e2e.rig.NodeFault;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.StandaloneGateway;
import dev.datapath.e2e.rig.TestPki.PemPair;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** How long clients notice that one of two nodes fails, and how soon it is used again. */
final class Detection {
    static final String HAPROXY = "HAProxy";

    private static final int PER_SECOND = 40;
    /** The nodes' TLS is that of this JVM, whose handshakes must not become what is measured. */
    private static final int TLS_PER_SECOND = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration BACK_LIMIT = Duration.ofSeconds(60);
    private static final long LATE_NANOS = 500_000_000;
    /** So long without a request that failed or was late, and the node counts as out. */
    private static final long QUIET_NANOS = 1_500_000_000;

    /**
     * What clients of one pool noticed.
     *
     * @param peer the provider's preset, or the other proxy
     * @param staysIn whether the node still got its share of the requests in the second half of the fault
     * @param outNanos from the fault until the last request was sent that failed or took over 500 ms, before 1.5 s without one
     * @param backNanos from the end of the fault until the node got a request; negative when it got none for a minute
     * @param failed requests that failed during the fault
     * @param sent requests sent during the fault
     */
    record Row(NodeFault fault, String peer, boolean staysIn, long outNanos, long backNanos, int failed, int sent) {}

    private record Sample(long dueNanos, long nanos, boolean ok) {}

    private interface Switch {
        void set() throws IOException;
    }

    private final Duration time;

    Detection(Duration time) {
        this.time = time;
    }

    /** All presets at the same time, with a pool's defaults. */
    List<Row> presets(StandaloneGateway gateway, NodeFault fault) throws Exception {
        try (var all = new FailingPools(gateway, fault, "timeouts: {}");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<Row>>();
            for (var pool : all.pools()) {
                running.add(threads.submit(() -> measure(
                        fault,
                        pool.provider().name(),
                        gateway.port(0),
                        pool.bucket(),
                        pool.failing(),
                        () -> all.fail(pool),
                        () -> all.recover(pool))));
            }
            var rows = new ArrayList<Row>();
            for (var row : running) {
                rows.add(row.get());
            }
            return rows;
        }
    }

    /** An HAProxy with the checks of the Generic preset, and its own way to count clients' errors. */
    Row haproxy(Path binary, Path directory, PemPair certificate, NodeFault fault) throws Exception {
        try (var failing = FaultyNode.start();
                var healthy = FaultyNode.start();
                var proxy =
                        PlainProxy.checkingHaproxy(binary, directory, certificate, failing.port(), healthy.port())) {
            return measure(
                    fault, HAPROXY, proxy.port(false), "bucket", failing, () -> failing.fail(fault), failing::recover);
        }
    }

    private Row measure(
            NodeFault fault, String peer, int port, String bucket, FaultyNode failing, Switch fail, Switch recover)
            throws Exception {
        int perSecond = fault == NodeFault.EXPIRED_CERTIFICATE ? TLS_PER_SECOND : PER_SECOND;
        try (var load = new Load(port, bucket, perSecond)) {
            if (!await(() -> failing.requests() > 0)) {
                throw new IllegalStateException(peer + " does not use its nodes before " + fault.text());
            }
            LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
            long start = System.nanoTime();
            fail.set();
            LockSupport.parkNanos(time.toNanos() / 2);
            long before = failing.requests();
            LockSupport.parkNanos(time.toNanos() / 2);
            // Half of the requests go to a node that is in, and a few to one that is tried again after an ejection.
            boolean staysIn = failing.requests() - before > perSecond * time.toSeconds() / 2 / 4;
            long end = System.nanoTime();
            long served = failing.requests();
            recover.set();
            long back = await(() -> failing.requests() > served) ? System.nanoTime() - end : -1;
            // A request of the last moment may still be waiting for its answer.
            LockSupport.parkNanos(PATIENCE.toNanos());
            var during = load.samples.stream()
                    .filter(sample -> sample.dueNanos >= start && sample.dueNanos < end)
                    .toList();
            int failed = (int) during.stream().filter(sample -> !sample.ok).count();
            return new Row(fault, peer, staysIn, out(during, start), back, failed, during.size());
        }
    }

    private static long out(List<Sample> during, long start) {
        var noticed = during.stream()
                .filter(sample -> !sample.ok || sample.nanos > LATE_NANOS)
                .mapToLong(Sample::dueNanos)
                .sorted()
                .toArray();
        long last = start;
        for (long due : noticed) {
            if (due - last > QUIET_NANOS) {
                break;
            }
            last = due;
        }
        return last - start;
    }

    /** Whether it comes true within a minute. */
    private static boolean await(BooleanSupplier condition) {
        long end = System.nanoTime() + BACK_LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(2_000_000);
        }
        return true;
    }

    /** Uploads and downloads in turn, sent when they are due. */
    private static final class Load implements AutoCloseable {
        private final int port;
        private final String target;
        private final int perSecond;
        private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
        private final Thread clock;
        private volatile boolean stopped;

        Load(int port, String bucket, int perSecond) {
            this.port = port;
            this.perSecond = perSecond;
            this.target = "/" + bucket + "/k";
            this.clock = Thread.ofVirtual().start(this::send);
        }

        private void send() {
            long start = System.nanoTime();
            for (long i = 0; !stopped; i++) {
                long due = start + i * 1_000_000_000L / perSecond;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                boolean put = i % 2 == 0;
                Thread.startVirtualThread(() -> {
                    boolean ok = request(put);
                    samples.add(new Sample(due, System.nanoTime() - due, ok));
                });
            }
        }

        private boolean request(boolean put) {
            try (var client = RawClient.to(port).patience(PATIENCE)) {
                var request = put ? client.request("PUT", target, "Content-Length: 0") : client.request("GET", target);
                var answer = request.answer();
                return answer.status() == 200 && answer.end() == RawClient.End.COMPLETE;
            } catch (IOException noAnswer) {
                return false;
            }
        }

        @Override
        public void close() throws InterruptedException {
            stopped = true;
            clock.join();
        }
    }
}
