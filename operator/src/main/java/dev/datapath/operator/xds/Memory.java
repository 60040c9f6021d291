package dev.datapath.operator.xds;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway's last stream knew of its clusters, listeners and routes, so that make before break also holds when a
 * cluster went away while the gateway was not connected. A restarted server has none: it then sends clusters as they
 * should be, and a route that names a withdrawn one answers 503 for the milliseconds until its own change arrives. It also
 * sends everything once, because the version that a gateway reports tells nothing by itself: it is the last that was
 * accepted, and a rejected one may have been taken in in part since. Envoy does nothing about what it has already.
 */
record Memory(Map<ResourceType, Content> contents) {
    static final Memory NONE = new Memory(Map.of());

    /**
     * @param version the version that the gateway accepted last; empty for types asked for by name
     * @param resources what it accepted; for routes all that it may hold
     * @param onlyTrusted the only version that, reported by the gateway, tells what it holds; empty for none, null for any.
     *     A response that was rejected, or not answered before the stream broke, may have been taken in in part, and
     *     the gateway then still reports the version before it.
     */
    record Content(
            String version,
            Collection<Resource> resources,
            @Nullable String onlyTrusted) {
        boolean trusts(String reportedVersion) {
            return onlyTrusted == null || (!onlyTrusted.isEmpty() && onlyTrusted.equals(reportedVersion));
        }
    }

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
            case NamedSubscription named -> named.remember(content);
        }
    }

    Memory with(Collection<Subscription> subscriptions) {
        var next = new EnumMap<ResourceType, Content>(ResourceType.class);
        next.putAll(contents);
        for (var subscription : subscriptions) {
            if (subscription.type() != ResourceType.ENDPOINT) { // those are sent to every new stream
                next.put(subscription.type(), subscription.remembered());
            }
        }
        return new Memory(Map.copyOf(next));
    }
}
