package dev.datapath.api.v1alpha1;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The value of a record component whose field is absent. */
final class Absent {
    private Absent() {}

    static <T> List<T> or(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    /** Sorted by key: results do not depend on the order in the source. */
    static <V> Map<String, V> or(@Nullable Map<String, V> map) {
        return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
    }

    static <T> T or(@Nullable T value, T fallback) {
        return value == null ? fallback : value;
    }
}
