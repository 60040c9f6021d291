package dev.datapath.e2e.rig;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A steady load: reads of known objects, each compared with what was written, and writes of new ones, through all gateways in turn.
 * Requests start when they are due, whatever the ones before them do.
 */
public final class Traffic implements AutoCloseable {
    /**
     * One request that has ended.
     *
     * @param endedNanos when, on the clock of {@link System#nanoTime()}
     * @param nanos how long it took
     * @param write whether it was an upload
     * @param error what went wrong; empty when nothing did
     */
    public record Result(long endedNanos, long nanos, boolean write, String error) {
        public boolean failed() {
            return !error.isEmpty();
        }
    }

    private static final int WRITE_BYTES = 16 * 1024;
    private static final int WRITES_OF_TEN = 2;

    private final List<S3Client> gateways;
    private final String bucket;
    private final Map<String, byte[]> objects;
    private final List<String> keys;
    private final int perSecond;
    private final Queue<Result> results = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final ExecutorService requests =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    private final Thread clock;
    private volatile boolean stopped;

    public Traffic(List<S3Client> gateways, String bucket, Map<String, byte[]> objects, int perSecond) {
        this.gateways = gateways;
        this.bucket = bucket;
        this.objects = objects;
        this.keys = List.copyOf(objects.keySet());
        this.perSecond = perSecond;
        this.clock = Thread.ofPlatform().daemon().name("load").start(this::send);
    }

    private void send() {
        var random = new Random(7);
        long start = System.nanoTime();
        for (long i = 0; !stopped; i++) {
            long due = start + i * 1_000_000_000L / perSecond;
            while (!stopped && System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            var client = gateways.get((int) (i % gateways.size()));
            boolean write = random.nextInt(10) < WRITES_OF_TEN;
            var key = write ? "load/" + i : keys.get(random.nextInt(keys.size()));
            running.incrementAndGet();
            requests.execute(() -> request(client, key, write, due));
        }
    }

    private void request(S3Client client, String key, boolean write, long due) {
        var error = "";
        try {
            if (write) {
                client.putObject(put -> put.bucket(bucket).key(key), RequestBody.fromBytes(new byte[WRITE_BYTES]));
            } else {
                var content = client.getObjectAsBytes(get -> get.bucket(bucket).key(key))
                        .asByteArrayUnsafe();
                error = Arrays.equals(content, objects.get(key)) ? "" : key + " came back with other bytes";
            }
        } catch (SdkException e) {
            error = (write ? "PutObject: " : "GetObject: ") + e.getMessage() + " of " + key + causes(e);
        }
        long now = System.nanoTime();
        results.add(new Result(now, now - due, write, error));
        running.decrementAndGet();
    }

    private static String causes(Throwable failure) {
        return Stream.iterate(failure.getCause(), Objects::nonNull, Throwable::getCause)
                .map(cause -> "; " + cause)
                .collect(Collectors.joining());
    }

    /** What has ended since this was asked last. */
    public List<Result> drain() {
        var ended = new ArrayList<Result>();
        for (var result = results.poll(); result != null; result = results.poll()) {
            ended.add(result);
        }
        return ended;
    }

    /** Requests without an answer yet. */
    public int running() {
        return running.get();
    }

    /**
     * Sends no more and waits for the answers that are still to come.
     *
     * @return whether all came within {@code seconds}
     */
    public boolean finish(int seconds) throws InterruptedException {
        stopped = true;
        clock.join();
        requests.shutdown();
        return requests.awaitTermination(seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            clock.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        requests.shutdownNow();
    }
}
