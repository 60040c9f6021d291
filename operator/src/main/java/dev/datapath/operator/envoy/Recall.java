package dev.datapath.operator.envoy;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the last rendering: equal inputs return the same object. It only contains entries that the last rendering used. Not
 * thread-safe.
 *
 * @param <K> key of an entry
 * @param <I> inputs of an entry
 * @param <O> output of an entry
 */
final class Recall<K, I, O> {

    private record Made<I, O>(I inputs, O result) {}

    private Map<K, Made<I, O>> last = new HashMap<>();
    private Map<K, Made<I, O>> current = new HashMap<>();

    O get(K key, I inputs, Function<I, O> make) {
        var known = known(key);
        if (known == null || !known.inputs().equals(inputs)) {
            known = new Made<>(inputs, make.apply(inputs));
        }
        current.put(key, known);
        return known.result();
    }

    private @Nullable Made<I, O> known(K key) {
        var known = current.get(key);
        return known == null ? last.get(key) : known;
    }

    /** Drops entries that were not used since the last call. */
    void endOfRendering() {
        last = current;
        current = HashMap.newHashMap(last.size());
    }
}
