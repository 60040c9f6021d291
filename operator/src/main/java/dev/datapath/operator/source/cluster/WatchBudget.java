package dev.datapath.operator.source.cluster;

import java.util.HashMap;
import java.util.Map;

/**
 * How many names the operator watches. Each watch is a connection to the API server with buffers of its own, whether or not the object
 * exists. One namespace has a part of them, and a few are kept back for namespaces that have few. Safe for several threads.
 */
final class WatchRoom {
    /** Memory for each watch: the buffers of a TLS connection, and an informer. */
    private static final long BYTES = 192 << 10;
    /** Names that a namespace may have even when others have taken all that is not kept back. */
    private static final int FEW = 32;

    private final int all;
    private final int ofNamespace;
    private final Map<String, Integer> taken = new HashMap<>();
    private int sum;

    /** @param memory how much memory the process may use for objects, in bytes */
    WatchRoom(long memory) {
        all = (int) Math.clamp(memory / BYTES, 256, 16_384);
        ofNamespace = all / 2;
    }

    /**
     * Takes room for a watch.
     *
     * @param unused whether only a StoragePool that no DataPath uses wants it: a finding can wait, gateways cannot
     * @return whether there was room
     */
    synchronized boolean take(String namespace, boolean unused) {
        int own = taken.getOrDefault(namespace, 0);
        boolean hasRoom = own < most(unused) && (sum < all || (!unused && own < FEW && sum < all + all / 4));
        if (hasRoom) {
            taken.put(namespace, own + 1);
            sum++;
        }
        return hasRoom;
    }

    /** Gives the room of a watch back. */
    synchronized void release(String namespace) {
        taken.merge(namespace, -1, (own, less) -> own + less == 0 ? null : Integer.valueOf(own + less));
        sum--;
    }

    /** How many names the objects of one namespace may refer to. */
    int most(boolean unused) {
        return unused ? ofNamespace / 2 : ofNamespace;
    }
}
