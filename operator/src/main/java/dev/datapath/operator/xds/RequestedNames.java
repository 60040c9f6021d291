package dev.datapath.operator.xds;

import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The resource names of one type that a gateway requests. Strings of resource names are shared by all streams. */
final class RequestedNames {
    /**
     * Whether the String of each name is that of a resource. Sorted, because names can be constructed to have equal
     * hashes.
     */
    private final NavigableMap<String, Boolean> names = new TreeMap<>();

    private long keptBytes;

    /** The names of the next request. Names in both requests keep their Strings. */
    RequestedNames next(Collection<String> requested) {
        var next = new RequestedNames();
        for (var name : requested) {
            var before = names.ceilingEntry(name);
            if (before != null && before.getKey().equals(name)) {
                next.names.put(before.getKey(), before.getValue());
            } else {
                next.names.put(name, false);
            }
        }
        next.count();
        return next;
    }

    /** Replaces names of resources by the Strings of these resources, and returns them. */
    List<String> share(SortedMap<String, Resource> target) {
        if (keptBytes == 0) {
            return List.of();
        }
        var found = names.entrySet().stream()
                .filter(name -> !name.getValue())
                .map(name -> target.get(name.getKey()))
                .filter(Objects::nonNull)
                .map(Resource::name)
                .toList();
        for (var name : found) {
            names.remove(name); // put alone would keep the other String
            names.put(name, true);
        }
        count();
        return found;
    }

    Set<String> all() {
        return names.keySet();
    }

    boolean contains(String name) {
        return names.containsKey(name);
    }

    /** Memory of the names that no resource had so far, see {@link KeptNames}. */
    long keptBytes() {
        return keptBytes;
    }

    private void count() {
        keptBytes = names.entrySet().stream()
                .filter(name -> !name.getValue())
                .mapToLong(name -> KeptNames.bytes(name.getKey()))
                .sum();
    }
}
