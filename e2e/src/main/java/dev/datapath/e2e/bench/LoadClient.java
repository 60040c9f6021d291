package dev.datapath.e2e.bench;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/** Does a {@link Work} at a proxy and tells what it cost. Every answer is checked: status, length, and that all of it came. */
final class LoadClient {
    /** The host that clients name; gateways have a certificate for it. */
    static final String HOST = "store.bench.test";

    /**
     * What some work cost.
     *
     * @param cpuNanos processor time of the proxy
     * @param wallNanos how long it took
     * @param p50Nanos median of the times from the start of a request to the last byte of its answer
     * @param p99Nanos the 99th percentile of the same
     */
    record Cost(long cpuNanos, long wallNanos, long p50Nanos, long p99Nanos) {}

    private final SSLContext trust;

    LoadClient(SSLContext trust) {
        this.trust = trust;
    }

    /**
     * Opens the connections, sends one request on each, and then measures the work alone.
     *
     * @param buckets the buckets that requests go to in turn
     * @param cpu processor time so far of the proxy
     */
    Cost run(int port, Work work, List<String> buckets, LongSupplier cpu) throws IOException, InterruptedException {
        var left = new AtomicInteger(work.requests());
        var before = new long[2];
        var barrier = new CyclicBarrier(work.connections(), () -> {
            before[0] = cpu.getAsLong();
            before[1] = System.nanoTime();
        });
        try (var threads = Executors.newFixedThreadPool(work.connections())) {
            var clients = new ArrayList<Callable<long[]>>();
            for (int i = 0; i < work.connections(); i++) {
                clients.add(() -> client(port, work, buckets, left, barrier));
            }
            var latencies = new ArrayList<long[]>();
            for (var done : threads.invokeAll(clients)) {
                latencies.add(done.get());
            }
            long wall = System.nanoTime() - before[1];
            long used = cpu.getAsLong() - before[0];
            var sorted =
                    latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            return new Cost(used, wall, Figures.percentile(sorted, 50), Figures.percentile(sorted, 99));
        } catch (ExecutionException e) {
            throw new IOException(work.name() + " failed: " + e.getCause(), e.getCause());
        }
    }

    private long[] client(int port, Work work, List<String> buckets, AtomicInteger left, CyclicBarrier barrier)
            throws Exception {
        try (var wire = work.tls() ? Wire.tls(port, HOST, trust) : Wire.clear(port)) {
            var heads = buckets.stream().map(bucket -> head(wire, work, bucket)).toList();
            var body = wire.buffer(work.method().equals("PUT") ? Math.min(work.size(), 1 << 20) : 0);
            var in = wire.buffer(512 * 1024);
            exchange(wire, work, heads.getFirst(), body, in);
            barrier.await();
            var latencies = new long[work.requests()];
            int done = 0;
            for (int n = left.getAndDecrement(); n > 0; n = left.getAndDecrement()) {
                long start = System.nanoTime();
                exchange(wire, work, heads.get(n % heads.size()), body, in);
                latencies[done++] = System.nanoTime() - start;
            }
            return Arrays.copyOf(latencies, done);
        }
    }

    private static ByteBuffer head(Wire wire, Work work, String bucket) {
        var text = work.method() + " /" + bucket + "/shards/" + work.size() + " HTTP/1.1\r\nHost: " + HOST
                + "\r\nUser-Agent: bench\r\nx-amz-date: 20261101T100000Z"
                + "\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD"
                + "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDBENCH/20261101/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=" + "0".repeat(64)
                + (work.method().equals("PUT") ? "\r\nContent-Length: " + work.size() : "") + "\r\n\r\n";
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return wire.buffer(bytes.length).put(bytes).flip();
    }

    /** One request, with a body of as many bytes as the work says, and its whole answer. */
    static void exchange(Wire wire, Work work, ByteBuffer head, ByteBuffer body, ByteBuffer in) throws IOException {
        head.rewind();
        if (work.method().equals("PUT")) {
            body.clear();
            wire.write(head, body);
            for (long left = (long) work.size() - body.capacity(); left > 0; left -= body.capacity()) {
                wire.write(head, body.clear().limit((int) Math.min(left, body.capacity())));
            }
        } else {
            wire.write(head, body);
        }
        readAnswer(wire, in, work.method().equals("GET") ? work.size() : 0);
    }

    private static void readAnswer(Wire wire, ByteBuffer in, long size) throws IOException {
        in.clear();
        int end = -1;
        while (end < 0) {
            if (wire.read(in) < 0) {
                throw new EOFException("the connection ended before an answer");
            }
            end = AnswerHead.end(in);
        }
        AnswerHead.check(in, end, size);
        for (long left = size - (in.position() - end); left > 0; ) {
            in.clear();
            int n = wire.read(in);
            if (n < 0) {
                throw new EOFException("the connection ended " + left + " bytes before the end of an answer");
            }
            left -= n;
        }
    }
}
