package dev.datapath.e2e.bench;

import dev.datapath.e2e.rig.ProcessMemory;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One very large object through a gateway, one side slower than the other: what the gateway's memory does meanwhile. */
final class BigTransfer {
    private static final long MIB = 1 << 20;

    /**
     * @param method GET with a slow client, or PUT with a slow store
     * @param gib size of the object
     * @param seconds how long it took
     * @param beforeMib the gateway's resident memory before
     * @param peakMib the most during the transfer
     */
    record Row(String method, int gib, double seconds, long beforeMib, long peakMib) {}

    private BigTransfer() {}

    /** Reads an object at {@code bytesPerSecond}. */
    static Row get(Proxy gateway, int gib, long bytesPerSecond) throws IOException, InterruptedException {
        return watched("GET", gateway, gib, wire -> {
            long size = gib * 1024L * MIB;
            wire.write(head("GET", gateway, size), ByteBuffer.allocate(0));
            var in = wire.buffer(256 * 1024);
            long total = -1;
            var pace = new Pace(bytesPerSecond);
            for (long got = 0; total < 0 || got < total; ) {
                in.clear();
                int n = wire.read(in);
                if (n < 0) {
                    throw new EOFException("the body ended after " + got + " bytes");
                }
                if (total < 0) {
                    int end = AnswerHead.end(in);
                    AnswerHead.check(in, end, size);
                    total = end + size;
                }
                got += n;
                pace.await(got);
            }
        });
    }

    /** Writes an object to a store that reads at {@code bytesPerSecond}. */
    static Row put(Proxy gateway, MemoryStore store, int gib, long bytesPerSecond)
            throws IOException, InterruptedException {
        store.readAtMost(bytesPerSecond);
        try {
            return watched("PUT", gateway, gib, wire -> {
                long size = gib * 1024L * MIB;
                wire.write(head("PUT", gateway, size), ByteBuffer.allocate(0));
                var body = wire.buffer((int) MIB);
                for (long sent = 0; sent < size; sent += MIB) {
                    wire.write(ByteBuffer.allocate(0), body.clear());
                }
                var in = wire.buffer(16 * 1024);
                while (AnswerHead.end(in) < 0) {
                    if (wire.read(in) < 0) {
                        throw new EOFException("no answer to the upload");
                    }
                }
                AnswerHead.check(in, AnswerHead.end(in), 0);
            });
        } finally {
            store.readAtMost(Long.MAX_VALUE);
        }
    }

    private interface Transfer {
        void run(Wire wire) throws IOException;
    }

    private static Row watched(String method, Proxy gateway, int gib, Transfer transfer)
            throws IOException, InterruptedException {
        long before = ProcessMemory.residentBytes(gateway.pid());
        var peak = new AtomicLong(before);
        var over = new AtomicBoolean();
        var watch = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                peak.accumulateAndGet(ProcessMemory.residentBytes(gateway.pid()), Math::max);
                LockSupport.parkNanos(20_000_000);
            }
        });
        long start = System.nanoTime();
        try (var wire = Wire.clear(gateway.port(false))) {
            transfer.run(wire);
        } finally {
            over.set(true);
            watch.join();
        }
        return new Row(method, gib, (System.nanoTime() - start) / 1e9, before / MIB, peak.get() / MIB);
    }

    private static ByteBuffer head(String method, Proxy gateway, long size) {
        var text = method + " /" + gateway.buckets().getFirst() + "/" + size + " HTTP/1.1\r\nHost: " + LoadClient.HOST
                + (method.equals("PUT") ? "\r\nContent-Length: " + size : "") + "\r\n\r\n";
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
