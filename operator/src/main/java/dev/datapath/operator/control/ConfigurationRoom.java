package dev.datapath.operator.control;

import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.plan.ObjectKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Divides the operator's memory between DataPaths: how much gateway configuration each may become. One namespace can take half
 * of it, and a small DataPath always finds room. A DataPath that has its room keeps it. Safe for several threads.
 */
public final class ConfigurationRoom {
    /** What every DataPath may become: a few listeners and some hundred rules. */
    static final long LEAST = 128 << 10;

    /** A configuration of that size takes so many times the memory: rendered, as messages, and compressed in a Secret. */
    private static final int MEMORY_PER_BYTE = 5;

    private final long total;
    private final Map<ObjectKey, Long> taken = new ConcurrentHashMap<>();

    /** @param memory how much memory the process may use for objects, in bytes */
    public ConfigurationRoom(long memory) {
        total = memory / MEMORY_PER_BYTE;
    }

    /** How many bytes the DataPath may become now, at most {@link ResourceSet#MOST_ROOM}. */
    public long of(ObjectKey dataPath) {
        long others = 0;
        long inNamespace = 0;
        for (var entry : taken.entrySet()) {
            if (!entry.getKey().equals(dataPath)) {
                others += entry.getValue();
                inNamespace += entry.getKey().namespace().equals(dataPath.namespace()) ? entry.getValue() : 0;
            }
        }
        long free = Math.min(total - others, total / 2 - inNamespace);
        return Math.max(LEAST, Math.min(ResourceSet.MOST_ROOM, free));
    }

    /** The DataPath became so many bytes. */
    public void take(ObjectKey dataPath, long bytes) {
        taken.put(dataPath, bytes);
    }

    /** The DataPath does not exist any more. */
    public void forget(ObjectKey dataPath) {
        taken.remove(dataPath);
    }
}
