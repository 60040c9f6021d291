package dev.datapath.operator.engine;

import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.model.ObjectKey;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Divides the operator's memory between DataPaths: it limits the size of the gateway configuration of each. One namespace can use
 * at most half of it. A small DataPath is always served. A DataPath keeps the memory that it already uses. Thread-safe.
 */
final class ConfigurationRoom {
    /** The size that every DataPath may have: a few listeners and some hundred rules. */
    static final long LEAST = 128 << 10;

    /** Memory for one byte of configuration: it is kept rendered, as messages, and compressed in a Secret. */
    private static final int MEMORY_PER_BYTE = 5;

    /** The size of the configuration of a DataPath. */
    record Usage(ObjectKey dataPath, long bytes) {}

    private final long total;
    private final Supplier<Stream<Usage>> usage;

    /**
     * @param memory maximum heap size of the process in bytes
     * @param usage the sizes of all DataPaths
     */
    ConfigurationRoom(long memory, Supplier<Stream<Usage>> usage) {
        total = memory / MEMORY_PER_BYTE;
        this.usage = usage;
    }

    /** The current size limit of the DataPath in bytes, at most {@link ResourceSet#MOST_ROOM}. */
    long of(ObjectKey dataPath) {
        long others = 0;
        long inNamespace = 0;
        for (var other : usage.get().toList()) {
            if (!other.dataPath().equals(dataPath)) {
                others += other.bytes();
                inNamespace += other.dataPath().namespace().equals(dataPath.namespace()) ? other.bytes() : 0;
            }
        }
        long free = Math.min(total - others, total / 2 - inNamespace);
        return Math.max(LEAST, Math.min(ResourceSet.MOST_ROOM, free));
    }
}
