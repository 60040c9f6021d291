package dev.datapath.operator.xds;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What gateways had when their streams ended, until they come back. A pod that is gone never does, and what it had may be all of a
 * former configuration: it is kept for as long as lost connections take. Safe for several threads.
 */
final class Memories {
    static final Duration MAX_AGE = Duration.ofMinutes(10);
    /** The oldest is forgotten first. */
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

    /** Hands out what a gateway had, which now is for its new stream to know. */
    synchronized Memory recall(String dataPath, String gateway) {
        var left = memories.remove(new Key(dataPath, gateway));
        return left == null || isOld(left) ? Memory.NONE : left.memory();
    }

    synchronized void remember(String dataPath, String gateway, Memory memory) {
        var key = new Key(dataPath, gateway);
        memories.remove(key); // or it would keep its place in the order
        memories.put(key, new Left(memory, clock.instant()));
    }

    /** Lets go of what nobody came back for in time. Has to be called now and then. */
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
