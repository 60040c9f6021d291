package dev.datapath.operator.engine;

import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.model.ObjectKey;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Divides the operator's memory between DataPaths: how much gateway configuration each may become. One namespace can take half
 * of it, and a small DataPath always finds room. A DataPath that has its room keeps it. Safe for several threads.
 */
final class ConfigurationRoom {
    /** What every DataPath may become: a few listeners and some hundred rules. */
    static final long LEAST = 128 << 10;

    /** A configuration of that size takes so many times the memory: rendered, as messages, and compressed in a Secret. */
    private static final int MEMORY_PER_BYTE = 5;

    /** How much a DataPath became. */
    record Taken(ObjectKey dataPath, long bytes) {}

    private final long total;
    private final Supplier<Stream<Taken>> taken;

    /**
     * @param memory how much memory the process may use for objects, in bytes
     * @param taken what all DataPaths became
     */
    ConfigurationRoom(long memory, Supplier<Stream<Taken>> taken) {
        total = memory / MEMORY_PER_BYTE;
        this.taken = taken;
    }

    /** How many bytes the DataPath may become now, at most {@link ResourceSet#MOST_ROOM}. */
    long of(ObjectKey dataPath) {
        long others = 0;
        long inNamespace = 0;
        for (var other : taken.get().toList()) {
            if (!other.dataPath().equals(dataPath)) {
                others += other.bytes();
                inNamespace += other.dataPath().namespace().equals(dataPath.namespace()) ? other.bytes() : 0;
            }
        }
        long free = Math.min(total - others, total / 2 - inNamespace);
        return Math.max(LEAST, Math.min(ResourceSet.MOST_ROOM, free));
    }
}
