package dev.datapath.operator.xds;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The clusters, listeners and routes that a gateway's last stream knew. With them, make before break also holds when a
 * cluster was removed while the gateway was disconnected. A restarted server has no memory: it sends the clusters of
 * the target, and a route to a removed cluster returns 503 for the milliseconds until its own change arrives. It also
 * sends all resources once, because the version that a gateway reports is not sufficient: it is the last accepted one,
 * and a rejected one may have been applied partially since. Envoy ignores resources that it already has.
 */
record Memory(Map<ResourceType, Content> contents) {
    static final Memory NONE = new Memory(Map.of());

    /**
     * @param version the last version that the gateway accepted; empty for types that are requested by name
     * @param resources the resources that it accepted; for routes all that it may have
     * @param onlyTrusted the only reported version that identifies the gateway's content; empty for none, null for any.
     *     A response that was rejected, or not acknowledged before the stream broke, may have been applied partially,
     *     and the gateway then still reports the previous version.
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
            if (subscription.type() != ResourceType.ENDPOINT) { // endpoints are sent to every new stream
                next.put(subscription.type(), subscription.remembered());
            }
        }
        return new Memory(Map.copyOf(next));
    }
}
