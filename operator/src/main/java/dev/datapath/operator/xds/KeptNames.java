package dev.datapath.operator.xds;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the memory of requested names that no resource has. Names of resources need no memory, because streams share
 * the String of the resource. Envoy requests other names only while a resource that it received is being removed, or
 * before the first configuration of this operator. Thread-safe.
 *
 * <p>A stream that exceeds the limit is closed, and Envoy opens another one after a delay. It keeps its configuration
 * in between. The largest request of a gateway fits into the share of its DataPath, so the gateways of a large DataPath
 * recover one after another.
 */
final class KeptNames {
    /**
     * Sufficient for the largest request: {@link RequestLimits#MAX_BYTES}, and the same for the entries of {@link
     * RequestLimits#MAX_NAMES}.
     */
    private static final long LEAST_PER_DATA_PATH = 2L * RequestLimits.MAX_BYTES;

    /** Memory that a DataPath may use even when others have reached the common limit. */
    private static final long GRANTED = 64 * 1024;

    /** Two entries of sorted maps, and a String and its array without the characters. */
    private static final long BYTES_PER_NAME = 128;

    /** Minimum interval between log lines, because peers must not be able to flood the log. */
    private static final Duration LINE_EVERY = Duration.ofSeconds(10);

    private static final int LARGEST_LATIN_1 = 0xff;

    private final long mostPerDataPath;
    private final long most;
    private final Map<String, Long> byDataPath = new HashMap<>();
    private long total;
    private Instant nextLine = Instant.MIN;

    /**
     * @param mostPerDataPath maximum bytes of all streams of a DataPath
     * @param most maximum bytes of all streams
     */
    KeptNames(long mostPerDataPath, long most) {
        this.mostPerDataPath = mostPerDataPath;
        this.most = most;
    }

    /** A sixteenth of the heap for all, and a quarter of that, at least 4 MiB, for one DataPath. */
    static KeptNames ofHeap(long heapBytes) {
        return new KeptNames(Math.max(LEAST_PER_DATA_PATH, heapBytes / 64), heapBytes / 16);
    }

    /** Bytes of heap that a stream uses for a stored name. */
    static long bytes(String name) {
        boolean latin1 = name.chars().allMatch(c -> c <= LARGEST_LATIN_1);
        return BYTES_PER_NAME + (latin1 ? name.length() : 2L * name.length());
    }

    /** Opens the account of one stream of a DataPath. */
    Account open(String dataPath) {
        return new Account(dataPath);
    }

    /** Whether an excess may be logged now; at most every 10 s. */
    synchronized boolean mayLog(Instant now) {
        if (now.isBefore(nextLine)) {
            return false;
        }
        nextLine = now.plus(LINE_EVERY);
        return true;
    }

    /** Bytes of all streams. */
    synchronized long total() {
        return total;
    }

    private synchronized boolean change(String dataPath, long before, long after) {
        long ofDataPath = byDataPath.getOrDefault(dataPath, 0L) + after - before;
        long ofAll = total + after - before;
        if (after > before && (ofDataPath > mostPerDataPath || (ofAll > most && ofDataPath > GRANTED))) {
            return false;
        }
        total = ofAll;
        if (ofDataPath == 0) {
            byDataPath.remove(dataPath);
        } else {
            byDataPath.put(dataPath, ofDataPath);
        }
        return true;
    }

    /** The memory of one stream. Not thread-safe. */
    final class Account {
        private final String dataPath;
        private long kept;

        private Account(String dataPath) {
            this.dataPath = dataPath;
        }

        /** Sets the memory of the stream. Returns false, and changes nothing, when it exceeds a limit. */
        boolean keep(long bytes) {
            if (bytes == kept) {
                return true;
            }
            boolean granted = change(dataPath, kept, bytes);
            if (granted) {
                kept = bytes;
            }
            return granted;
        }

        /** Closes the account at the end of the stream. */
        void close() {
            keep(0);
        }
    }
}
