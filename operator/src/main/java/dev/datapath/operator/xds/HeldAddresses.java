package dev.datapath.operator.xds;

import io.envoyproxy.envoy.config.core.v3.Address;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The addresses of a gateway's listeners. Envoy processes the listeners of a response one after the other, after it has
 * removed those that the response omits. It rejects a listener whose address belongs to another listener at that
 * moment, even if the other one moves to a different address in the same response: that one keeps its address until its
 * successor has its routes and secrets.
 */
final class HeldAddresses {
    private final Map<String, Set<Address>> byListener = new HashMap<>();

    /** The gateway has exactly these listeners. */
    void accepted(Collection<Resource> content) {
        byListener.clear();
        content.forEach(this::put);
    }

    /** The gateway accepted those listeners of a response that did not fail. */
    void rejected(Collection<Resource> content, ListenerErrors errors) {
        var before = Map.copyOf(byListener);
        accepted(content);
        for (var resource : content) {
            var name = resource.name();
            if (errors.failed().isEmpty()) {
                before.getOrDefault(name, Set.of())
                        .forEach(address -> byListener
                                .computeIfAbsent(name, key -> new HashSet<>())
                                .add(address));
            } else if (errors.failed().contains(name)) {
                byListener.remove(name);
                if (before.containsKey(name)) {
                    byListener.put(name, before.get(name));
                }
            }
        }
    }

    /** The listeners that have an address that another one should have. */
    Set<String> inTheWay(Map<String, Resource> wanted) {
        var owners = new HashMap<Address, String>();
        wanted.forEach((name, resource) -> resource.addresses().forEach(address -> owners.put(address, name)));
        var names = new HashSet<String>();
        byListener.forEach((name, addresses) -> {
            if (wanted.containsKey(name)
                    && addresses.stream().anyMatch(address -> !name.equals(owners.getOrDefault(address, name)))) {
                names.add(name);
            }
        });
        return names;
    }

    private void put(Resource resource) {
        if (!resource.addresses().isEmpty()) {
            byListener.put(resource.name(), new HashSet<>(resource.addresses()));
        }
    }
}
