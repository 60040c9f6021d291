package dev.datapath.api.v1alpha1;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a record component becomes when its field is absent. */
final class Absent {
    private Absent() {}

    static <T> List<T> or(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    /** Sorted by key, so that whatever is made from it does not depend on how it was written. */
    static <V> Map<String, V> or(@Nullable Map<String, V> map) {
        return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
    }

    static <T> T or(@Nullable T value, T fallback) {
        return value == null ? fallback : value;
    }
}
