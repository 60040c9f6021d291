package dev.datapath.operator.xds;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A type that gateways request by name (SDS, RTDS, EDS, RDS). A response contains only changes. When several resources
 * are rejected together, they are resent in halves until each invalid one is alone. Invalid resources are then held
 * back until their content changes, and the valid ones are not lost.
 */
final class NamedSubscription extends Subscription {
    /** Maximum stored contents of one name while none is accepted. */
    private static final int MAX_UNSURE = 8;

    /** Whether the version that the gateway reported identifies its content; ends with the first response. */
    private boolean reportTrusted;
    /** Whether that version, or an acknowledgement, provided information about the gateway's content. */
    private boolean known;
    /** Whether nothing has been sent on this stream yet. */
    private boolean reportCounts = true;

    private RequestedNames names = new RequestedNames();
    private final SortedMap<String, Resource> held = new TreeMap<>();
    /** Contents by name that were sent since the last acceptance and may have been applied, oldest first. */
    private final Map<String, List<Resource>> unsure = new TreeMap<>();

    /** The last content of each name that was sent on this stream. */
    private final Map<String, Resource> newest = new TreeMap<>();

    private final SortedMap<String, Rejected> rejected = new TreeMap<>();
    /**
     * The latest rejection of each name that was rejected alone, until the gateway accepts some content of it. It stays
     * while other content is being delivered, because nothing has improved yet.
     */
    private final SortedMap<String, Rejection> reported = new TreeMap<>();

    /** Names that were rejected alone and have not been accepted since. */
    private final Set<String> broken = new TreeSet<>();

    private final Set<String> again = new TreeSet<>();
    private final Deque<Set<String>> suspects = new ArrayDeque<>();
    private @Nullable Rejection groupRejection;
    private boolean repaired;
    private final String session;
    private int unknownNames;
    private @Nullable String onlyTrusted;

    private record Rejected(Resource resource, Rejection reason) {}

    /** @param session an identifier that is unique among the streams of all operators */
    NamedSubscription(ResourceType type, String reportedVersion, String session) {
        super(type, reportedVersion);
        this.session = session;
    }

    Set<String> names() {
        return names.all();
    }

    /** Bytes of the names that no resource had so far. */
    long keptBytes() {
        return names.keptBytes();
    }

    /**
     * Sets the names of the latest request. When the same names are requested again, without a response to acknowledge,
     * Envoy has rebuilt something that waits for these resources: they are resent although they did not change.
     */
    void subscribe(Collection<String> requested, boolean answer) {
        var next = names.next(requested);
        if (next.all().equals(names.all())) {
            if (!answer) {
                again.addAll(names.all());
            }
            return;
        }
        names = next;
        Stream.<Collection<String>>of(
                        held.keySet(),
                        unsure.keySet(),
                        newest.keySet(),
                        rejected.keySet(),
                        reported.keySet(),
                        broken,
                        again)
                .forEach(kept -> kept.retainAll(next.all()));
    }

    /** Shares the names of resources among all streams. */
    void share(SortedMap<String, Resource> target) {
        for (var name : names.share(target)) {
            if (again.remove(name)) {
                again.add(name);
            }
        }
    }

    /** Resends a resource at the next opportunity, changed or not. */
    void repeat(String name) {
        if (names.contains(name)) {
            again.add(name);
        }
    }

    /** Restores the state of the previous stream of the same gateway. */
    void remember(Memory.Content content) {
        content.resources().forEach(this::addUnsure);
        onlyTrusted = content.onlyTrusted();
        reportTrusted = content.trusts(reportedVersion());
    }

    /**
     * Returns the next response, or null when the gateway has everything that it requests and that is safe to send.
     */
    @Nullable
    Push offer(SortedMap<String, Resource> target, Predicate<Resource> safe, Supplier<String> nonces, Instant now) {
        if (reportTrusted) {
            adoptReported(target);
        }
        unknownNames = (int)
                names.all().stream().filter(name -> !target.containsKey(name)).count();
        rejected.values()
                .removeIf(
                        bad -> !bad.resource().equals(target.get(bad.resource().name())));
        reported.keySet().retainAll(target.keySet());
        var pending = pending(target);
        if (pending.isEmpty()) {
            suspects.clear();
            return null;
        }
        pending.values().removeIf(safe.negate());
        var batch = nextBatch(pending);
        if (batch.isEmpty()) {
            return null;
        }
        var marked = ambiguous(batch, target);
        reportTrusted = false;
        reportCounts = false;
        var after = new TreeMap<>(held);
        for (var resource : batch) {
            after.put(resource.name(), resource);
            addUnsure(resource);
            newest.put(resource.name(), resource);
            again.remove(resource.name());
        }
        return push(Resource.version(after.values()), batch, marked, session, nonces, now);
    }

    /**
     * The secrets of a batch whose bytes the gateway may have stored without accepting them. This is not the case when
     * they were accepted, when the gateway has others, or when the reported version covers exactly these.
     */
    private Set<String> ambiguous(Collection<Resource> batch, SortedMap<String, Resource> target) {
        if (type() != ResourceType.SECRET
                || (reportCounts && Resource.version(wanted(target).values()).equals(reportedVersion()))) {
            return Set.of();
        }
        var marked = new TreeSet<String>();
        for (var resource : batch) {
            var name = resource.name();
            var last = newest.get(name);
            var stored = last == null || last.equals(resource) || unsure.containsKey(name);
            if (stored && !resource.equals(held.get(name))) {
                marked.add(name);
            }
        }
        return marked;
    }

    private SortedMap<String, Resource> wanted(SortedMap<String, Resource> target) {
        var wanted = new TreeMap<>(target);
        wanted.keySet().retainAll(names.all());
        return wanted;
    }

    /** Whether the gateway requests all these names and nothing of the target is pending. */
    boolean isSettled(SortedMap<String, Resource> target) {
        return !isWaiting() && !isRejected() && pending(target).isEmpty();
    }

    /**
     * A gateway that reconnects with the current version of its names is up to date. Endpoints are sent nevertheless:
     * the gateway may have lost the stream between a changed cluster and its endpoints, and would wait for them.
     */
    private void adoptReported(SortedMap<String, Resource> target) {
        var wanted = wanted(target);
        if (type() != ResourceType.ENDPOINT
                && !wanted.isEmpty()
                && Resource.version(wanted.values()).equals(reportedVersion())) {
            held.putAll(wanted);
            newest.putAll(wanted);
            unsure.clear();
            adopt(reportedVersion());
            known = true;
            reportTrusted = false;
        }
    }

    private Map<String, Resource> pending(SortedMap<String, Resource> target) {
        var pending = new TreeMap<String, Resource>();
        for (var name : names.all()) {
            var resource = target.get(name);
            if (resource != null
                    && !isRejected(resource)
                    && (again.contains(name) || !resource.equals(held.get(name)))) {
                pending.put(name, resource);
            }
        }
        return pending;
    }

    private boolean isRejected(Resource resource) {
        var bad = rejected.get(resource.name());
        return bad != null && resource.equals(bad.resource());
    }

    private Collection<Resource> nextBatch(Map<String, Resource> pending) {
        var suspected = new HashSet<String>();
        suspects.forEach(suspected::addAll);
        var batch = pending.values().stream()
                .filter(resource -> !suspected.contains(resource.name()))
                .toList();
        while (batch.isEmpty() && !suspects.isEmpty()) {
            var group = suspects.removeFirst();
            batch = pending.values().stream()
                    .filter(resource -> group.contains(resource.name()))
                    .toList();
        }
        return batch;
    }

    @Override
    void onAcknowledged(Push push) {
        known = true;
        for (var resource : push.content()) {
            if (names.contains(resource.name())) {
                held.put(resource.name(), resource);
                unsure.remove(resource.name());
                rejected.remove(resource.name());
                reported.remove(resource.name());
                repaired |= broken.remove(resource.name());
            }
        }
    }

    /** Whether a rejected resource was accepted since the last call. */
    boolean takeRepaired() {
        var was = repaired;
        repaired = false;
        return was;
    }

    @Override
    List<Rejection> rejections() {
        var all = new ArrayList<Rejection>();
        rejected.values().forEach(bad -> all.add(bad.reason()));
        if (groupRejection != null && !suspects.isEmpty()) {
            all.add(groupRejection);
        }
        return all;
    }

    @Override
    void onRejected(Push push, Rejection reason, String fullMessage, Instant now) {
        var bad = new ArrayList<>(push.content());
        bad.forEach(resource -> again.add(resource.name()));
        if (bad.size() == 1) {
            var resource = bad.getFirst();
            rejected.put(resource.name(), new Rejected(resource, reason));
            reported.put(resource.name(), reason);
            broken.add(resource.name());
            unsure.computeIfPresent(resource.name(), (name, contents) -> {
                contents.remove(resource);
                return contents.isEmpty() ? null : contents;
            });
            return;
        }
        groupRejection = reason;
        int half = bad.size() / 2;
        suspects.addFirst(namesOf(bad.subList(half, bad.size())));
        suspects.addFirst(namesOf(bad.subList(0, half)));
    }

    private void addUnsure(Resource resource) {
        var contents = unsure.computeIfAbsent(resource.name(), name -> new ArrayList<>());
        contents.remove(resource);
        contents.add(resource);
        if (contents.size() > MAX_UNSURE) {
            contents.removeFirst();
        }
    }

    private static Set<String> namesOf(List<Resource> resources) {
        var names = new HashSet<String>();
        resources.forEach(resource -> names.add(resource.name()));
        return names;
    }

    @Override
    Stream<Resource> mayHold() {
        return Stream.concat(held.values().stream(), unsure.values().stream().flatMap(Collection::stream));
    }

    @Override
    boolean holds(String name) {
        return held.containsKey(name);
    }

    @Override
    Memory.Content remembered() {
        var proven = again.isEmpty() ? provenByReport(unsure.keySet()) : "";
        var doubt = !known || !again.isEmpty() || !unsure.isEmpty();
        var trusted = proven != null ? proven : reportTrusted ? onlyTrusted : doubt ? "" : null;
        return new Memory.Content("", type() == ResourceType.ROUTE ? mayHold().toList() : List.of(), trusted);
    }

    @Override
    TypeState state() {
        var all = new ArrayList<>(reported.values());
        if (groupRejection != null && !suspects.isEmpty()) {
            all.add(groupRejection);
        }
        return state(all, unknownNames);
    }
}
