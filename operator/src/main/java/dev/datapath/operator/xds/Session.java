package dev.datapath.operator.xds;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of one gateway's stream, without I/O. Not thread-safe.
 *
 * <p>Make before break: clusters are sent first. The endpoints of changed clusters follow immediately, because Envoy
 * delays its acknowledgement of clusters until the changed ones have endpoints again. Listeners and routes wait for
 * both acknowledgements. A removed cluster is withdrawn only when no listener or route that the gateway may have names
 * it. When clusters or endpoints are rejected, the listeners and routes that name none of the missing clusters are sent
 * nevertheless.
 *
 * <p>The exception are addresses that move from one listener to another, because two listeners cannot share an address.
 * The listeners that release an address are withdrawn first, and are added with their new address by the next response.
 */
final class Session {
    private final InstantSource clock;
    private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
    private final String id;
    private Memory memory;
    private Map<String, List<String>> secretUsers = Map.of();
    private long nonces;

    /**
     * @param memory the content that an earlier stream of the same gateway left
     * @param id an identifier that is unique among the streams of all operators
     */
    Session(InstantSource clock, Memory memory, String id) {
        this.clock = clock;
        this.memory = memory;
        this.id = id;
    }

    /** Processes a request and returns the response that it answers, if any. Unknown types are ignored. */
    @Nullable
    Answer receive(DiscoveryRequest request) {
        var type = ResourceType.of(request.getTypeUrl());
        if (type == null) {
            return null;
        }
        var subscription = subscriptions.get(type);
        if (subscription == null) {
            subscription = subscribe(type, request.getVersionInfo());
        } else if (!subscription.answersLatest(request.getResponseNonce())
                && (subscription.isWaiting() || !request.getResponseNonce().isEmpty())) {
            return null; // answers an older response: Envoy also answers the latest one, with all names that it then
            // requests
        }
        Answer answer = null;
        if (request.hasErrorDetail()) {
            var fullMessage = request.getErrorDetail().getMessage();
            var message = EnvoyMessage.clean(fullMessage);
            var push = subscription.reject(message, fullMessage, clock.instant());
            answer = push == null ? null : new Answer(push, message);
        } else {
            var push = subscription.acknowledge();
            answer = push == null ? null : new Answer(push, null);
        }
        if (subscription instanceof NamedSubscription named) {
            named.subscribe(request.getResourceNamesList(), answer != null);
        }
        return answer;
    }

    /** Shares the names of the target's resources among all streams. */
    void shareNames(Snapshot target) {
        named().forEach(named -> named.share(target.of(named.type())));
    }

    /** Bytes of the names that the gateway requests and that no resource had so far. */
    long keptNameBytes() {
        return named().mapToLong(NamedSubscription::keptBytes).sum();
    }

    private Stream<NamedSubscription> named() {
        return subscriptions.values().stream()
                .filter(NamedSubscription.class::isInstance)
                .map(NamedSubscription.class::cast);
    }

    /**
     * Returns the next response towards the target; null when there is nothing to send before the next acknowledgement.
     */
    @Nullable
    Push next(Snapshot target) {
        secretUsers = target.secretUsers();
        retryWhatNeededSecrets();
        for (var type : ResourceType.values()) {
            var subscription = subscriptions.get(type);
            if (subscription != null && !subscription.isWaiting()) {
                var push = offer(subscription, target);
                if (push != null) {
                    return push;
                }
            }
        }
        return null;
    }

    /** Envoy rejects clusters and listeners that it builds while their stored secret is invalid. */
    private void retryWhatNeededSecrets() {
        if (subscriptions.get(ResourceType.SECRET) instanceof NamedSubscription secrets && secrets.takeRepaired()) {
            for (var subscription : subscriptions.values()) {
                if (subscription instanceof CompleteSubscription complete) {
                    complete.retryRejected();
                }
            }
        }
    }

    /**
     * Whether the gateway acknowledged all parts of the target that it uses. Clusters, listeners, the endpoints of EDS
     * clusters, and the routes and secrets of listeners must have been requested; other secrets count only when they
     * were requested.
     */
    boolean isSynced(Snapshot target) {
        return isSynced(target, Set.of());
    }

    /** The same, except for some types. */
    boolean isSynced(Snapshot target, Set<ResourceType> besides) {
        for (var type : ResourceType.values()) {
            if (!besides.contains(type) && !isSynced(type, target)) {
                return false;
            }
        }
        return true;
    }

    Map<ResourceType, TypeState> states() {
        var states = new EnumMap<ResourceType, TypeState>(ResourceType.class);
        subscriptions.forEach((type, subscription) -> states.put(type, subscription.state()));
        states.computeIfPresent(ResourceType.SECRET, (type, state) -> state.usedBy(secretUsers));
        return states;
    }

    /** When the oldest unacknowledged response was sent; null when there is none. */
    @Nullable
    Instant waitingSince() {
        return subscriptions.values().stream()
                .map(Subscription::waitingSince)
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** When {@link #next} may resend a rejected version without an event; null when it will not. */
    @Nullable
    Instant retryAt() {
        return subscriptions.values().stream()
                .filter(CompleteSubscription.class::isInstance)
                .map(subscription -> ((CompleteSubscription) subscription).retryAt())
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** The memory for the next stream of this gateway. */
    Memory leave() {
        return memory.with(subscriptions.values());
    }

    private Subscription subscribe(ResourceType type, String reportedVersion) {
        var subscription = type.complete()
                ? new CompleteSubscription(type, reportedVersion)
                : new NamedSubscription(type, reportedVersion, id);
        if (type == ResourceType.CLUSTER && reportedVersion.isEmpty()) {
            memory = Memory.NONE; // the process is new and has no content
        }
        memory.recall(subscription);
        subscriptions.put(type, subscription);
        return subscription;
    }

    private @Nullable Push offer(Subscription subscription, Snapshot target) {
        var type = subscription.type();
        return switch (subscription) {
            case CompleteSubscription clusters when type == ResourceType.CLUSTER -> offerClusters(clusters, target);
            case CompleteSubscription listeners -> {
                var wanted = target.of(type);
                yield clustersAnswered(target)
                                && wanted.values().stream().allMatch(resource -> isSafe(resource, target))
                        ? listeners.offer(wanted, target.version(type), this::nonce, clock.instant())
                        : null;
            }
            case NamedSubscription routes
            when type == ResourceType.ROUTE ->
                clustersAnswered(target) && !isWaiting(ResourceType.LISTENER)
                        ? routes.offer(
                                target.of(type), resource -> isSafe(resource, target), this::nonce, clock.instant())
                        : null;
            case NamedSubscription named ->
                named.offer(target.of(type), resource -> true, this::nonce, clock.instant());
        };
    }

    private @Nullable Push offerClusters(CompleteSubscription clusters, Snapshot target) {
        var wanted = withStillNamed(clusters, target);
        var version = wanted == target.of(ResourceType.CLUSTER)
                ? target.version(ResourceType.CLUSTER)
                : Resource.version(wanted.values());
        var changed = target.endpointNames().entrySet().stream()
                .filter(entry -> {
                    var cluster = wanted.get(entry.getKey());
                    return cluster != null && clusters.mayDiffer(cluster);
                })
                .map(Map.Entry::getValue)
                .toList();
        var push = clusters.offer(wanted, version, this::nonce, clock.instant());
        if (push != null && subscriptions.get(ResourceType.ENDPOINT) instanceof NamedSubscription endpoints) {
            changed.forEach(endpoints::repeat);
        }
        return push;
    }

    /** The target's clusters, and earlier ones that a listener or route of the gateway may still name. */
    private SortedMap<String, Resource> withStillNamed(CompleteSubscription clusters, Snapshot target) {
        var wanted = target.of(ResourceType.CLUSTER);
        var gone = new HashSet<>(clusters.held().keySet());
        gone.removeAll(wanted.keySet());
        if (gone.isEmpty()) {
            return wanted;
        }
        var named = Stream.of(ResourceType.LISTENER, ResourceType.ROUTE)
                .flatMap(this::mayHold)
                .flatMap(resource -> resource.references().clusters().stream())
                .filter(gone::contains)
                .collect(Collectors.toSet());
        if (named.isEmpty()) {
            return wanted;
        }
        var union = new TreeMap<>(wanted);
        clusters.held().forEach((name, resource) -> {
            if (named.contains(name)) {
                union.put(name, resource);
            }
        });
        return union;
    }

    private Stream<Resource> mayHold(ResourceType type) {
        var subscription = subscriptions.get(type);
        return subscription == null ? memory.content(type).stream() : subscription.mayHold();
    }

    /** Whether the gateway accepted all clusters with their endpoints, or rejected some. */
    private boolean clustersAnswered(Snapshot target) {
        return !isWaiting(ResourceType.CLUSTER)
                && !isWaiting(ResourceType.ENDPOINT)
                && (isRejected(ResourceType.CLUSTER)
                        || isRejected(ResourceType.ENDPOINT)
                        || missingClusters(target).isEmpty());
    }

    private boolean isRejected(ResourceType type) {
        var subscription = subscriptions.get(type);
        return subscription != null && subscription.isRejected();
    }

    private boolean isWaiting(ResourceType type) {
        var subscription = subscriptions.get(type);
        return subscription != null && subscription.isWaiting();
    }

    private boolean isSafe(Resource resource, Snapshot target) {
        return Collections.disjoint(resource.references().clusters(), missingClusters(target));
    }

    /** Clusters of the target that the gateway does not have, or has without endpoints. */
    private Set<String> missingClusters(Snapshot target) {
        var missingNames = new HashSet<String>();
        for (var name : target.of(ResourceType.CLUSTER).keySet()) {
            var endpoints = target.endpointNames().get(name);
            if (!holds(ResourceType.CLUSTER, name) || (endpoints != null && !holds(ResourceType.ENDPOINT, endpoints))) {
                missingNames.add(name);
            }
        }
        return missingNames;
    }

    private boolean holds(ResourceType type, String name) {
        var subscription = subscriptions.get(type);
        return subscription != null && subscription.holds(name);
    }

    private boolean isSynced(ResourceType type, Snapshot target) {
        var subscription = subscriptions.get(type);
        if (subscription == null) {
            return switch (type) {
                case SECRET -> target.secretUsers().isEmpty();
                case RUNTIME -> true;
                case CLUSTER, LISTENER -> target.size(type) == 0;
                case ENDPOINT -> target.endpointNames().isEmpty();
                case ROUTE -> target.routeNames().isEmpty();
            };
        }
        return switch (subscription) {
            case CompleteSubscription complete ->
                complete.isKnown()
                        && !complete.isWaiting()
                        && complete.held()
                                .entrySet()
                                .containsAll(target.of(type).entrySet())
                        && (type == ResourceType.CLUSTER
                                || complete.heldVersion().equals(target.version(type)));
            case NamedSubscription named -> named.isSettled(target.of(type)) && asksFor(named, type, target);
        };
    }

    private static boolean asksFor(NamedSubscription named, ResourceType type, Snapshot target) {
        return switch (type) {
            case ENDPOINT -> named.names().containsAll(target.endpointNames().values());
            case ROUTE -> named.names().containsAll(target.routeNames());
            case SECRET -> named.names().containsAll(target.secretUsers().keySet());
            default -> true;
        };
    }

    private String nonce() {
        return Long.toString(++nonces);
    }

    /** The answer to a response. The message is null when the gateway accepted the response. */
    record Answer(Push push, @Nullable String message) {}
}
