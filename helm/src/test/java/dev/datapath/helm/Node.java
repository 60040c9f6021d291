package dev.datapath.helm;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A part of a YAML document, read without ceremony: what is not there is empty.
 *
 * @param value a map, a list, a scalar, or null
 */
record Node(Object value) {

    static Node of(Object value) {
        return new Node(value);
    }

    /** What stands under these keys, one below the other. */
    Node at(String... keys) {
        Object found = value;
        for (var key : keys) {
            found = found instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return new Node(found);
    }

    boolean exists() {
        return value != null;
    }

    String text() {
        return value == null ? "" : value.toString();
    }

    /** The texts of a list. */
    List<String> texts() {
        return items().stream().map(Node::text).toList();
    }

    List<Node> items() {
        return value instanceof Collection<?> items
                ? items.stream().map(Node::of).toList()
                : List.of();
    }

    /** The keys of a map, sorted. */
    Collection<String> keys() {
        var keys = new TreeSet<String>();
        if (value instanceof Map<?, ?> map) {
            map.keySet().forEach(key -> keys.add(key.toString()));
        }
        return keys;
    }
}
