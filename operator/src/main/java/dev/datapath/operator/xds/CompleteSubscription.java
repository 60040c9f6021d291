package dev.datapath.operator.xds;

import java.time.Duration;
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
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    private final HeldAddresses addresses = new HeldAddresses();
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
    /** When the rejected version is sent again; null for never. */
    private @Nullable Instant retryAt;

    private Duration retryDelay = FIRST_RETRY;
    /** The version that the delay is for. */
    private @Nullable String retried;
    /** A version of which listeners were rejected for their addresses; they are withdrawn once, and it is sent again. */
    private @Nullable String unplaced;
    /** Those listeners until then: the gateway may have some of them elsewhere, in each other's way. */
    private Set<String> toWithdraw = Set.of();

    /** Whether what was sent last is a part of what is wanted, on the way to it. */
    private boolean step;

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
            addresses.accepted(held.values());
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
     * the good resources of a rejected response and deletes those that it left out. A version whose rejection may pass
     * by itself is sent again after a while.
     *
     * <p>When listeners give up an address that another one takes, a response without them comes before the whole.
     */
    @Nullable
    Push offer(Map<String, Resource> wanted, String version, Supplier<String> nonces, Instant now) {
        if (believed && version.equals(reportedVersion)) {
            believed = false;
            known = true;
            held = wanted;
            addresses.accepted(held.values());
            heldVersion = version;
            adopt(version);
        }
        if (known && version.equals(heldVersion)) {
            rejection = null;
            return null;
        }
        if (version.equals(rejectedVersion) && (retryAt == null || now.isBefore(retryAt))) {
            return null;
        }
        believed = false;
        rejectedVersion = null;
        retryAt = null;
        if (!version.equals(unplaced)) {
            unplaced = null;
            toWithdraw = Set.of();
        }
        var without = addresses.inTheWay(wanted);
        without.addAll(toWithdraw);
        toWithdraw = Set.of();
        step = !without.isEmpty();
        if (!step) {
            sent = wanted;
            return push(version, wanted.values(), Set.of(), "", nonces, now);
        }
        var rest = new TreeMap<>(wanted);
        rest.keySet().removeAll(without);
        sent = rest;
        return push(Resource.version(rest.values()), rest.values(), Set.of(), "", nonces, now);
    }

    /** When the rejected version is sent again; null for never. */
    @Nullable
    Instant retryAt() {
        return isWaiting() ? null : retryAt;
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
        addresses.accepted(held.values());
        heldVersion = push.version();
        sent = Map.of();
        known = true;
        rejection = null;
        if (!step) {
            retried = null;
            unplaced = null;
        }
    }

    @Override
    void onRejected(Push push, Rejection reason, String said, Instant now) {
        var errors = ListenerErrors.of(said);
        addresses.rejected(push.content(), errors);
        rejection = reason;
        known = false;
        if (step) {
            return; // the whole comes next, with what was withdrawn
        }
        if (!errors.duplicates().isEmpty() && !push.version().equals(unplaced)) {
            unplaced = push.version();
            toWithdraw = errors.duplicates();
            return;
        }
        rejectedVersion = push.version();
        retryDelay = rejectedVersion.equals(retried) ? longer(retryDelay) : FIRST_RETRY;
        retried = rejectedVersion;
        retryAt = errors.mayPass() ? now.plus(retryDelay) : null;
    }

    private static Duration longer(Duration delay) {
        var twice = delay.multipliedBy(2);
        return twice.compareTo(LAST_RETRY) < 0 ? twice : LAST_RETRY;
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
        return state(rejections(), 0);
    }
}
