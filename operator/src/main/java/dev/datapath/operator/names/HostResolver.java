package dev.datapath.operator.names;

import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.threads.Daemons;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the host names of nodes periodically, each at its own interval and never on the caller's thread. When a
 * look-up fails, the last good result is kept together with the failure. Each name has its own deadline, each namespace
 * has a share of the threads, and names without a response are looked up less and less often. Therefore no namespace
 * delays another. Thread-safe.
 */
public final class HostResolver implements AutoCloseable {
    /**
     * After this time a name counts as failed, even though its look-up may still be running: the first plan waits for
     * its names.
     */
    static final Duration DEADLINE = Duration.ofSeconds(10);

    /** Maximum pause of a name whose look-ups get no response, unless its own interval is longer. */
    static final Duration MAX_BACK_OFF = Duration.ofMinutes(1);

    /** Maximum number of names in one namespace; further names, in alphabetical order, are reported as failed. */
    static final int MAX_NAMES = 1000;

    private static final Discovery.Lookup TOO_MANY = new Discovery.Lookup(
            List.of(),
            "the name is not resolved, because a namespace can have at most " + MAX_NAMES
                    + " host names of nodes: use names with several addresses, or a Service");

    private record Name(String namespace, String host) {}

    private final NameService names;
    private final Consumer<String> onChange;
    private final Duration deadline;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Daemons.named("dns-timer"));
    private final LookUpQueue queue = new LookUpQueue();
    private final Map<String, Namespace> namespaces = new HashMap<>();

    /** The requested names and the results of one namespace. Guarded by the resolver. */
    private static final class Namespace {
        private final Map<ObjectRef, SortedMap<String, Duration>> users = new HashMap<>();
        private final Map<String, Watch> watches = new HashMap<>();
        private Discovery discovery = Discovery.NONE;
    }

    /** @param onChange called with a namespace, on any thread, when its {@link #discovery} has changed */
    public HostResolver(NameService names, Consumer<String> onChange) {
        this(names, onChange, DEADLINE);
    }

    HostResolver(NameService names, Consumer<String> onChange, Duration deadline) {
        this.names = names;
        this.onChange = onChange;
        this.deadline = deadline;
    }

    /**
     * Sets the names that are resolved for an object; replaces its previous names. A name that several objects request
     * is looked up once, at the shortest of their intervals.
     *
     * @param user the object, in the namespace to which the names belong
     * @param hosts each name, as {@link dev.datapath.operator.net.HostName#toString} returns it, and its interval
     */
    public synchronized void want(ObjectRef user, SortedMap<String, Duration> hosts) {
        var namespace = namespaces.computeIfAbsent(user.namespace(), name -> new Namespace());
        var before = hosts.isEmpty() ? namespace.users.remove(user) : namespace.users.put(user, new TreeMap<>(hosts));
        if (!hosts.equals(before == null ? Map.of() : before)) {
            update(user.namespace(), namespace);
        }
        if (namespace.users.isEmpty()) {
            namespaces.remove(user.namespace());
        }
    }

    private void update(String name, Namespace namespace) {
        var all = new TreeMap<String, Duration>();
        namespace
                .users
                .values()
                .forEach(hosts -> hosts.forEach((host, refresh) ->
                        all.merge(host, refresh, (one, other) -> one.compareTo(other) < 0 ? one : other)));
        var wanted = all.entrySet().stream()
                .limit(MAX_NAMES)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        namespace.watches.entrySet().removeIf(entry -> {
            boolean gone = !wanted.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().cancel();
            }
            return gone;
        });
        wanted.forEach((host, refresh) -> {
            var watch = namespace.watches.get(host);
            if (watch == null || !watch.refresh.equals(refresh)) {
                var next = watch == null ? new Watch(refresh) : watch;
                next.refresh = refresh;
                namespace.watches.put(host, next);
                schedule(new Name(name, host), next, Duration.ZERO);
            }
        });
        var known = namespace.discovery.hosts();
        var kept = new HashMap<>(known);
        kept.keySet().retainAll(all.keySet());
        all.keySet().stream().skip(MAX_NAMES).forEach(host -> kept.put(host, TOO_MANY));
        if (!kept.equals(known)) {
            namespace.discovery = new Discovery(kept, Map.of());
        }
    }

    /** The results for the names of a namespace; the same instance as long as nothing has changed. */
    public synchronized Discovery discovery(String namespace) {
        var known = namespaces.get(namespace);
        return known == null ? Discovery.NONE : known.discovery;
    }

    @Override
    public synchronized void close() {
        timer.shutdownNow();
        queue.close();
    }

    /** Whether the name may exist, but no name server responded (EAI_AGAIN of getaddrinfo). */
    static boolean isTemporary(UnknownHostException failure) {
        return String.valueOf(failure.getMessage()).contains("emporary failure in name resolution");
    }

    /** At most one look-up of a name is scheduled or running. */
    private void schedule(Name name, Watch watch, Duration pause) {
        if (!watch.underWay && !timer.isShutdown()) {
            watch.cancel();
            watch.next = timer.schedule(() -> begin(name, watch), pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void begin(Name name, Watch watch) {
        if (isWanted(name, watch) && !watch.underWay && !timer.isShutdown()) {
            watch.underWay = true;
            watch.overdue = false;
            watch.next = timer.schedule(() -> expire(name, watch), deadline.toMillis(), TimeUnit.MILLISECONDS);
            queue.submit(name.namespace(), () -> lookUp(name, watch));
        }
    }

    private boolean isWanted(Name name, Watch watch) {
        var namespace = namespaces.get(name.namespace());
        return namespace != null && namespace.watches.get(name.host()) == watch;
    }

    private void expire(Name name, Watch watch) {
        boolean changed;
        synchronized (this) {
            if (!isWanted(name, watch) || !watch.underWay) {
                return;
            }
            watch.overdue = true;
            changed = learn(name, null, "the name service did not respond within " + deadline.toSeconds() + " s");
        }
        if (changed) {
            onChange.accept(name.namespace());
        }
    }

    private void lookUp(Name name, Watch watch) {
        List<Discovery.Endpoint> found = null;
        var failure = "";
        boolean answered = true;
        try {
            found = names.addresses(name.namespace(), name.host()).stream()
                    .map(address -> IpAddress.of(address).toString())
                    .distinct()
                    .sorted()
                    .map(address -> new Discovery.Endpoint(address, address, 0, ""))
                    .toList();
        } catch (UnknownHostException e) {
            answered = !isTemporary(e);
            failure = answered
                    ? "the name service does not know the name"
                    : "no name server responded (temporary failure in name resolution)";
        } catch (RuntimeException e) {
            failure = "the look-up failed: " + e.getMessage();
        }
        if (ended(name, watch, found, failure, answered)) {
            onChange.accept(name.namespace());
        }
    }

    private synchronized boolean ended(
            Name name, Watch watch, @Nullable List<Discovery.Endpoint> found, String failure, boolean answered) {
        watch.underWay = false;
        watch.cancel();
        if (!isWanted(name, watch)) {
            return false;
        }
        watch.unanswered = answered && !watch.overdue ? 0 : Math.min(watch.unanswered + 1, 30);
        schedule(name, watch, watch.pause());
        return learn(name, found, failure);
    }

    /** Stores a result and returns whether it differs from the previous one. */
    private boolean learn(Name name, @Nullable List<Discovery.Endpoint> found, String failure) {
        var namespace = namespaces.get(name.namespace());
        if (namespace == null) {
            return false;
        }
        var hosts = namespace.discovery.hosts();
        var before = hosts.get(name.host());
        var now = found != null
                ? new Discovery.Lookup(found, null)
                : new Discovery.Lookup(before == null ? List.of() : before.endpoints(), failure);
        if (now.equals(before)) {
            return false;
        }
        var changed = new HashMap<>(hosts);
        changed.put(name.host(), now);
        namespace.discovery = new Discovery(changed, Map.of());
        return true;
    }

    /** Guarded by the resolver. */
    private static final class Watch {
        private Duration refresh;
        /** The next look-up or, while one is running, its deadline. */
        private @Nullable Future<?> next;

        private boolean underWay;
        private boolean overdue;
        /** Consecutive look-ups without a response in time. */
        private int unanswered;

        Watch(Duration refresh) {
            this.refresh = refresh;
        }

        void cancel() {
            if (next != null) {
                next.cancel(false);
            }
        }

        /** A name that does not exist keeps its interval, because it may be created at any time. */
        Duration pause() {
            var doubled = refresh.multipliedBy(1L << unanswered);
            var longest = refresh.compareTo(MAX_BACK_OFF) > 0 ? refresh : MAX_BACK_OFF;
            return doubled.compareTo(longest) < 0 ? doubled : longest;
        }
    }
}
