package dev.datapath.operator.xds;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds the bytes of names that streams ask for and no resource has. Names of resources cost nothing: streams share the String of the
 * resource. Envoy asks for other names only while a resource that it was sent is being removed, or before the first configuration of
 * this operator. Safe for several threads.
 *
 * <p>A stream is ended at the bound, and Envoy opens another one after a pause. It keeps its configuration in between. The largest
 * request of a gateway fits into the share of its DataPath, so the gateways of a large one recover one after another.
 */
final class KeptNames {
    /** Room for the largest request: {@link RequestLimits#MAX_BYTES}, and as much for the entries of {@link RequestLimits#MAX_NAMES}. */
    private static final long LEAST_PER_DATA_PATH = 2L * RequestLimits.MAX_BYTES;

    /** A DataPath may keep this much also when others have used up the bound of all. */
    private static final long GRANTED = 64 * 1024;

    /** For two entries of sorted maps, and a String and its array without the characters. */
    private static final long BYTES_PER_NAME = 128;

    /** Between lines of the log, which peers must not fill. */
    private static final Duration LINE_EVERY = Duration.ofSeconds(10);

    private static final int LARGEST_LATIN_1 = 0xff;

    private final long mostPerDataPath;
    private final long most;
    private final Map<String, Long> byDataPath = new HashMap<>();
    private long total;
    private Instant nextLine = Instant.MIN;

    /**
     * @param mostPerDataPath bytes that all streams of a DataPath may keep
     * @param most bytes that all streams may keep
     */
    KeptNames(long mostPerDataPath, long most) {
        this.mostPerDataPath = mostPerDataPath;
        this.most = most;
    }

    /** A sixteenth of the heap for all, and a fourth of that, at least 4 MiB, for one DataPath. */
    static KeptNames ofHeap(long heapBytes) {
        return new KeptNames(Math.max(LEAST_PER_DATA_PATH, heapBytes / 64), heapBytes / 16);
    }

    /** Bytes of heap that a stream uses for a name that it keeps. */
    static long bytes(String name) {
        boolean latin1 = name.chars().allMatch(c -> c <= LARGEST_LATIN_1);
        return BYTES_PER_NAME + (latin1 ? name.length() : 2L * name.length());
    }

    /** Starts the account of one stream of a DataPath. */
    Account open(String dataPath) {
        return new Account(dataPath);
    }

    /** Whether an excess goes to the log now; at most every 10 s. */
    synchronized boolean mayLog(Instant now) {
        if (now.isBefore(nextLine)) {
            return false;
        }
        nextLine = now.plus(LINE_EVERY);
        return true;
    }

    /** Bytes that all streams keep. */
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

    /** What one stream keeps. Not safe for several threads. */
    final class Account {
        private final String dataPath;
        private long kept;

        private Account(String dataPath) {
            this.dataPath = dataPath;
        }

        /** Sets what the stream keeps. Returns false, and changes nothing, when that exceeds a bound. */
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

        /** The stream has ended. */
        void close() {
            keep(0);
        }
    }
}
