package dev.datapath.operator.source.cluster;

import java.util.HashMap;
import java.util.Map;

/**
 * The limit of names that the operator watches. Each watch is a connection to the API server with its own buffers,
 * whether or not the object exists. One namespace may use a part of the limit, and a reserve is kept for namespaces
 * with few names. Thread-safe.
 */
final class WatchBudget {
    /** Memory of each watch: the buffers of a TLS connection, and an informer. */
    private static final long BYTES = 192 << 10;
    /** Names that a namespace may have even when others have used all but the reserve. */
    private static final int FEW = 32;

    private final int all;
    private final int ofNamespace;
    private final Map<String, Integer> taken = new HashMap<>();
    private int sum;

    /** @param memory memory that the process may use for objects, in bytes */
    WatchBudget(long memory) {
        all = (int) Math.clamp(memory / BYTES, 256, 16_384);
        ofNamespace = all / 2;
    }

    /**
     * Reserves a watch.
     *
     * @param unused whether only a StoragePool that no DataPath uses needs it: a finding can wait, gateways cannot
     * @return whether the watch was reserved
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

    /** Releases a watch. */
    synchronized void release(String namespace) {
        taken.merge(namespace, -1, (own, less) -> own + less == 0 ? null : Integer.valueOf(own + less));
        sum--;
    }

    /** Maximum names that the objects of one namespace may reference. */
    int most(boolean unused) {
        return unused ? ofNamespace / 2 : ofNamespace;
    }
}
