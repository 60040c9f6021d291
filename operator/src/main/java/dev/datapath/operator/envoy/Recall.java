package dev.datapath.operator.envoy;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the last rendering made, with what it was made from: equal inputs get the same object again. Holds only what the last
 * rendering used. Not safe for use by several threads.
 *
 * @param <K> which thing
 * @param <I> all that it is made from
 * @param <O> what is made
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

    /** Forgets what was not used since the last call. */
    void endOfRendering() {
        last = current;
        current = HashMap.newHashMap(last.size());
    }
}
