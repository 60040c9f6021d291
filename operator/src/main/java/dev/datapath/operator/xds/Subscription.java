package dev.datapath.operator.xds;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of one type on one stream. At most one response is unacknowledged at any time: Envoy drops the answer to a
 * first response, together with its error, when a second one overtakes it.
 */
abstract sealed class Subscription permits CompleteSubscription, NamedSubscription {
    private final ResourceType type;
    private final String reportedVersion;
    private String nonce = "";
    private @Nullable Push unanswered;
    private @Nullable String sentVersion;
    private @Nullable String acknowledgedVersion;

    /** @param reportedVersion the version in the first request of the stream, empty when the gateway has none */
    Subscription(ResourceType type, String reportedVersion) {
        this.type = type;
        this.reportedVersion = reportedVersion;
    }

    final String reportedVersion() {
        return reportedVersion;
    }

    /**
     * The resources that the gateway may have now: all that it accepted, and those sent since that may have been
     * applied partially.
     */
    abstract Stream<Resource> mayHold();

    abstract boolean holds(String name);

    abstract void onAcknowledged(Push push);

    /** @param fullMessage the gateway's complete message */
    abstract void onRejected(Push push, Rejection rejection, String fullMessage, Instant now);

    /** The rejected contents that are still desired. */
    abstract List<Rejection> rejections();

    abstract TypeState state();

    /** The memory of this type for the gateway's next stream. */
    abstract Memory.Content remembered();

    final ResourceType type() {
        return type;
    }

    final boolean answersLatest(String answeredNonce) {
        return nonce.equals(answeredNonce);
    }

    final boolean isWaiting() {
        return unanswered != null;
    }

    final @Nullable Instant waitingSince() {
        return unanswered == null ? null : unanswered.at();
    }

    /**
     * The version of the unanswered response if its report by the next stream proves what the gateway has: null when no response is
     * unanswered, empty when the report proves nothing. Nothing is proven by a version that the gateway reports without the response, too,
     * and nothing about resources that are not in it.
     *
     * @param unsure names of resources of which the gateway may have other content than it accepted
     */
    final @Nullable String provenByReport(Set<String> unsure) {
        if (unanswered == null) {
            return null;
        }
        var accepted = acknowledgedVersion == null ? reportedVersion : acknowledgedVersion;
        var covered = unanswered.content().stream().map(Resource::name).collect(Collectors.toSet());
        return unanswered.version().equals(accepted) || !covered.containsAll(unsure) ? "" : unanswered.version();
    }

    /** @param marked the names of those resources that are sent with the mark */
    final Push push(
            String version,
            Collection<Resource> content,
            Set<String> marked,
            String mark,
            Supplier<String> nonces,
            Instant now) {
        nonce = nonces.get();
        sentVersion = version;
        unanswered = new Push(type, version, nonce, content, marked, mark + "-" + nonce, now);
        return unanswered;
    }

    /** The gateway has all of that version, although it was not sent on this stream. */
    final void adopt(String version) {
        sentVersion = version;
        acknowledgedVersion = version;
    }

    final @Nullable Push acknowledge() {
        var push = unanswered;
        unanswered = null;
        if (push != null) {
            acknowledgedVersion = push.version();
            onAcknowledged(push);
        }
        return push;
    }

    /**
     * @param message the reason, safe to publish
     * @param fullMessage the gateway's complete message
     */
    final @Nullable Push reject(String message, String fullMessage, Instant now) {
        var push = unanswered;
        unanswered = null;
        if (push != null) {
            var resource = push.content().size() == 1
                    ? push.content().iterator().next().name()
                    : null;
            onRejected(push, new Rejection(push.version(), message, resource), fullMessage, now);
        }
        return push;
    }

    final boolean isRejected() {
        return !rejections().isEmpty();
    }

    final TypeState state(List<Rejection> reported, int unknownNames) {
        return new TypeState(sentVersion, acknowledgedVersion, waitingSince(), reported, unknownNames);
    }
}
