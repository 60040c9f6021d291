package dev.datapath.e2e.bench;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that ask at a fixed rate whatever the answers do, so that a stall is felt by every request that falls into it. A request
 * that has no answer ten seconds after the last one was sent has failed.
 */
final class OpenLoop {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int SIZE = 4096;

    /**
     * One request.
     *
     * @param atNanos when it was due, from the start of the run
     * @param nanos from then until the last byte of its answer, or until it failed
     * @param put whether it was an upload
     * @param ok whether it was answered 200 in full
     */
    record Sample(long atNanos, long nanos, boolean put, boolean ok) {}

    private final int port;
    private final String bucket;
    private final Queue<Wire> idle = new ConcurrentLinkedQueue<>();
    private final Set<Wire> open = ConcurrentHashMap.newKeySet();
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();

    OpenLoop(Proxy proxy) {
        this.port = proxy.port(false);
        this.bucket = proxy.buckets().getFirst();
    }

    /**
     * Sends {@code perSecond} requests for as long as said: a quarter of them uploads of 4 KiB, the others downloads of
     * 4 KiB.
     */
    List<Sample> run(int perSecond, Duration time) throws IOException, InterruptedException {
        int count = (int) (perSecond * time.toMillis() / 1000);
        var done = new CountDownLatch(count);
        // Not every fourth one: round robin over four nodes would give all writes to the same node.
        var mix = new Random(4);
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long at = i * 1_000_000_000L / perSecond;
            while (System.nanoTime() - start < at) {
                LockSupport.parkNanos(at - (System.nanoTime() - start));
            }
            boolean put = mix.nextInt(4) == 0;
            Thread.startVirtualThread(() -> {
                boolean ok = request(put);
                samples.add(new Sample(at, System.nanoTime() - start - at, put, ok));
                done.countDown();
            });
        }
        if (!done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            for (var wire : open) {
                wire.close();
            }
            done.await();
        }
        for (var wire : open) {
            wire.close();
        }
        return new ArrayList<>(samples);
    }

    private boolean request(boolean put) {
        var pooled = idle.poll();
        Wire wire = pooled;
        try {
            if (wire == null) {
                wire = Wire.clear(port);
                open.add(wire);
            }
            boolean ok = exchange(wire, put);
            idle.add(wire);
            return ok;
        } catch (IOException failed) {
            if (wire != null) {
                open.remove(wire);
                try {
                    wire.close();
                } catch (IOException closed) {
                    return false;
                }
            }
            return false;
        }
    }

    private boolean exchange(Wire wire, boolean put) throws IOException {
        var head = (put ? "PUT /" : "GET /") + bucket + "/" + SIZE + " HTTP/1.1\r\nHost: " + LoadClient.HOST
                + (put ? "\r\nContent-Length: " + SIZE : "") + "\r\n\r\n";
        wire.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1)), ByteBuffer.allocate(put ? SIZE : 0));
        var in = ByteBuffer.allocate(16 * 1024);
        int end = -1;
        while (end < 0) {
            more(wire, in);
            end = AnswerHead.end(in);
        }
        var text = AnswerHead.text(in, end);
        long length = AnswerHead.length(text);
        while (in.position() < end + length) {
            more(wire, in);
        }
        if (text.contains("\r\nconnection: close")) {
            throw new EOFException("answered " + AnswerHead.status(in) + " and closed");
        }
        return AnswerHead.status(in) == 200;
    }

    private static void more(Wire wire, ByteBuffer in) throws IOException {
        if (wire.read(in) < 0) {
            throw new EOFException("the connection ended early");
        }
    }
}
