package dev.datapath.operator.xds;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** CDS or LDS: each response is the whole truth, and what it leaves out is deleted. */
final class CompleteSubscription extends Subscription {
    private final String reportedVersion;
    /** Whether the version that the gateway reported tells what it has; ends with the first response. */
    private boolean believed;
    /** Whether {@link #held} is exactly what the gateway has; not so before the first answer and after a rejection. */
    private boolean known;

    private String heldVersion = "";
    private Map<String, Resource> held = Map.of();
    private Map<String, Resource> sent = Map.of();
    private @Nullable String rejectedVersion;
    private @Nullable Rejection rejection;
    private @Nullable String onlyTrusted;

    /** @param reportedVersion the version in the first request of the stream, empty when the gateway has none */
    CompleteSubscription(ResourceType type, String reportedVersion) {
        super(type);
        this.reportedVersion = reportedVersion;
    }

    /** What the gateway accepted last. */
    Map<String, Resource> held() {
        return held;
    }

    /** Takes over what the last stream of the same gateway knew. */
    void remember(Memory.Content content) {
        var resources = new TreeMap<String, Resource>();
        content.resources().forEach(resource -> resources.put(resource.name(), resource));
        held = resources;
        heldVersion = content.version();
        onlyTrusted = content.onlyTrusted();
        believed = content.trusts(reportedVersion);
        if (onlyTrusted == null && !heldVersion.isEmpty() && heldVersion.equals(reportedVersion)) {
            believed = false;
            known = true;
            adopt(heldVersion);
        }
    }

    boolean isKnown() {
        return known;
    }

    String heldVersion() {
        return heldVersion;
    }

    /**
     * Returns the response that brings the gateway to {@code wanted}, or null when there is none to send. A rejected
     * version is not sent again; any other one is, also the one before: a rejection is not a transaction, Envoy keeps
     * the good resources of a rejected response and deletes those that it left out.
     */
    @Nullable
    Push offer(Map<String, Resource> wanted, String version, Supplier<String> nonces, Instant now) {
        if (believed && version.equals(reportedVersion)) {
            believed = false;
            known = true;
            held = wanted;
            heldVersion = version;
            adopt(version);
        }
        if (known && version.equals(heldVersion)) {
            rejection = null;
            return null;
        }
        if (version.equals(rejectedVersion)) {
            return null;
        }
        believed = false;
        sent = wanted;
        return push(version, wanted.values(), Set.of(), "", nonces, now);
    }

    /** Sends a rejected version again: something that it depends on was rejected too, and is accepted now. */
    void retryRejected() {
        rejectedVersion = null;
    }

    @Override
    List<Rejection> rejections() {
        return rejection == null ? List.of() : List.of(rejection);
    }

    /** Whether the gateway may have this resource with another content, or not at all. */
    boolean mayDiffer(Resource resource) {
        var before = held.get(resource.name());
        var since = sent.get(resource.name());
        return !resource.equals(before) || (since != null && !resource.equals(since));
    }

    @Override
    void onAcknowledged(Push push) {
        held = sent;
        heldVersion = push.version();
        sent = Map.of();
        known = true;
        rejectedVersion = null;
        rejection = null;
    }

    @Override
    void onRejected(Push push, Rejection reason) {
        rejectedVersion = push.version();
        rejection = reason;
        known = false;
    }

    @Override
    Stream<Resource> mayHold() {
        return Stream.<Collection<Resource>>of(held.values(), sent.values()).flatMap(Collection::stream);
    }

    @Override
    boolean holds(String name) {
        return held.containsKey(name);
    }

    @Override
    Memory.Content remembered() {
        var unanswered = unansweredVersion();
        var trusted = unanswered != null ? unanswered : known ? null : believed ? onlyTrusted : "";
        return new Memory.Content(heldVersion, List.copyOf(held.values()), trusted);
    }

    @Override
    TypeState state() {
        return state(0);
    }
}
