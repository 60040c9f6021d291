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

/** CDS or LDS: each response lists all resources; Envoy deletes the others. */
final class CompleteSubscription extends Subscription {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    private final HeldAddresses addresses = new HeldAddresses();
    /** Whether the version that the gateway reported identifies its content; ends with the first response. */
    private boolean reportTrusted;
    /**
     * Whether {@link #held} is exactly the gateway's content; false before the first acknowledgement and after a
     * rejection.
     */
    private boolean known;

    private String heldVersion = "";
    private Map<String, Resource> held = Map.of();
    private Map<String, Resource> sent = Map.of();
    private @Nullable String rejectedVersion;
    private @Nullable Rejection rejection;
    private @Nullable String onlyTrusted;
    /** When the rejected version is resent; null for never. */
    private @Nullable Instant retryAt;

    private Duration retryDelay = FIRST_RETRY;
    /** The version that the delay belongs to. */
    private @Nullable String retried;
    /**
     * A version with listeners that were rejected for their addresses. They are withdrawn once, and the version is
     * resent.
     */
    private @Nullable String unplaced;
    /**
     * Those listeners until then: the gateway may have some of them on other addresses, in conflict with each other.
     */
    private Set<String> toWithdraw = Set.of();

    /** Whether the last response is an intermediate step with a part of the target. */
    private boolean step;

    /** @param reportedVersion the version in the first request of the stream, empty when the gateway has none */
    CompleteSubscription(ResourceType type, String reportedVersion) {
        super(type, reportedVersion);
    }

    /** The content that the gateway accepted last. */
    Map<String, Resource> held() {
        return held;
    }

    /** Restores the state of the previous stream of the same gateway. */
    void remember(Memory.Content content) {
        var resources = new TreeMap<String, Resource>();
        content.resources().forEach(resource -> resources.put(resource.name(), resource));
        held = resources;
        heldVersion = content.version();
        onlyTrusted = content.onlyTrusted();
        reportTrusted = content.trusts(reportedVersion());
        if (onlyTrusted == null && !heldVersion.isEmpty() && heldVersion.equals(reportedVersion())) {
            reportTrusted = false;
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
     * version is not resent. Any other version is, even the previous one: a rejection is not a transaction, because
     * Envoy keeps the valid resources of a rejected response and deletes those that it omitted. A version whose
     * rejection may be temporary is resent after a delay.
     *
     * <p>When listeners release an address that another one takes, a response without them precedes the complete one.
     */
    @Nullable
    Push offer(Map<String, Resource> wanted, String version, Supplier<String> nonces, Instant now) {
        if (reportTrusted && version.equals(reportedVersion())) {
            reportTrusted = false;
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
        reportTrusted = false;
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

    /** When the rejected version is resent; null for never. */
    @Nullable
    Instant retryAt() {
        return isWaiting() ? null : retryAt;
    }

    /** Resends a rejected version: another rejected resource that it depends on has been accepted. */
    void retryRejected() {
        rejectedVersion = null;
    }

    @Override
    List<Rejection> rejections() {
        return rejection == null ? List.of() : List.of(rejection);
    }

    /** Whether the gateway may not have this resource, or have it with different content. */
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
    void onRejected(Push push, Rejection reason, String fullMessage, Instant now) {
        var errors = ListenerErrors.of(fullMessage);
        addresses.rejected(push.content(), errors);
        rejection = reason;
        known = false;
        if (step) {
            return; // the complete version follows, with the withdrawn listeners
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
        var proven = provenByReport(Set.of());
        var trusted = proven != null ? proven : known ? null : reportTrusted ? onlyTrusted : "";
        return new Memory.Content(heldVersion, List.copyOf(held.values()), trusted);
    }

    @Override
    TypeState state() {
        return state(rejections(), 0);
    }
}
