package dev.datapath.operator.xds;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of gateways at the end of their streams, until they reconnect. A deleted pod never reconnects, and its
 * content may be a complete former configuration. Therefore the content is kept only for a limited time, which covers
 * lost connections. Thread-safe.
 */
final class Memories {
    static final Duration MAX_AGE = Duration.ofMinutes(10);
    /** The oldest entry is removed first. */
    static final int MAX_REMEMBERED = 1024;

    private record Key(String dataPath, String gateway) {}

    private record Left(Memory memory, Instant at) {}

    private final InstantSource clock;
    private final Map<Key, Left> memories = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Left> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    Memories(InstantSource clock) {
        this.clock = clock;
    }

    /** Returns and removes the content of a gateway; its new stream then owns it. */
    synchronized Memory recall(String dataPath, String gateway) {
        var left = memories.remove(new Key(dataPath, gateway));
        return left == null || isOld(left) ? Memory.NONE : left.memory();
    }

    synchronized void remember(String dataPath, String gateway, Memory memory) {
        var key = new Key(dataPath, gateway);
        memories.remove(key); // otherwise it would keep its position in the order
        memories.put(key, new Left(memory, clock.instant()));
    }

    /** Removes entries of gateways that did not reconnect in time. Must be called periodically. */
    synchronized void forgetOld() {
        memories.values().removeIf(this::isOld);
    }

    synchronized void forget(String dataPath) {
        memories.keySet().removeIf(key -> key.dataPath().equals(dataPath));
    }

    synchronized void forgetAll() {
        memories.clear();
    }

    synchronized int size() {
        return memories.size();
    }

    private boolean isOld(Left left) {
        return left.at().plus(MAX_AGE).isBefore(clock.instant());
    }
}
