package dev.datapath.operator.xds;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a gateway's last stream knew of its clusters, listeners and routes, so that make before break also holds when a
 * cluster went away while the gateway was not connected. A restarted process has none: it then sends clusters as they
 * should be, and a route that names a withdrawn one answers 503 for the milliseconds until its own change arrives.
 */
record Memory(Map<ResourceType, Content> contents) {
    static final Memory NONE = new Memory(Map.of());

    /**
     * @param version the version that the gateway accepted last; empty for types asked for by name
     * @param resources what it accepted; for types asked for by name all that it may hold
     * @param certain whether nothing was sent since that was rejected or not answered
     */
    record Content(String version, Collection<Resource> resources, boolean certain) {}

    Collection<Resource> content(ResourceType type) {
        var content = contents.get(type);
        return content == null ? List.of() : content.resources();
    }

    void recall(Subscription subscription) {
        var content = contents.get(subscription.type());
        if (content == null) {
            return;
        }
        switch (subscription) {
            case CompleteSubscription complete -> complete.remember(content);
            case NamedSubscription named -> {
                if (named.type() == ResourceType.ROUTE) {
                    named.remember(content.resources());
                }
            }
        }
    }

    Memory with(Collection<Subscription> subscriptions) {
        var next = new EnumMap<ResourceType, Content>(ResourceType.class);
        next.putAll(contents);
        for (var subscription : subscriptions) {
            switch (subscription.type()) {
                case CLUSTER, LISTENER, ROUTE -> next.put(subscription.type(), subscription.remembered());
                default -> {}
            }
        }
        return new Memory(Map.copyOf(next));
    }
}
