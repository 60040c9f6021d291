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
 * Looks the names of nodes up again and again, each at its own pace and never on the caller's thread. When a look-up fails, the last
 * good answer stays, with the failure beside it. Each name has its own deadline, each namespace its share of the threads, and names
 * without an answer are looked up ever less often, so that no namespace delays another. Safe for several threads.
 */
public final class HostResolver implements AutoCloseable {
    /** After this time a name counts as failed, while its look-up may go on: a first plan waits for its names. */
    static final Duration DEADLINE = Duration.ofSeconds(10);

    /** Longest pause of a name whose look-ups get no answer, unless its own refresh is longer. */
    static final Duration MAX_BACK_OFF = Duration.ofMinutes(1);

    /** Most names of one namespace; further ones, in alphabetical order, are reported as failed. */
    static final int MAX_NAMES = 1000;

    private static final Discovery.Lookup TOO_MANY = new Discovery.Lookup(
            List.of(),
            "it is not looked up, because a namespace can have " + MAX_NAMES
                    + " host names of nodes: use names with several addresses, or a Service");

    private record Name(String namespace, String host) {}

    private final NameService names;
    private final Consumer<String> onChange;
    private final Duration deadline;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Daemons.named("dns-timer"));
    private final LookUpQueue queue = new LookUpQueue();
    private final Map<String, Namespace> namespaces = new HashMap<>();

    /** What is wanted and known of one namespace. Guarded by the resolver. */
    private static final class Namespace {
        private final Map<ObjectRef, SortedMap<String, Duration>> users = new HashMap<>();
        private final Map<String, Watch> watches = new HashMap<>();
        private Discovery discovery = Discovery.NONE;
    }

    /** @param onChange called with a namespace, on any thread, when its {@link #discovery} has another answer */
    public HostResolver(NameService names, Consumer<String> onChange) {
        this(names, onChange, DEADLINE);
    }

    HostResolver(NameService names, Consumer<String> onChange, Duration deadline) {
        this.names = names;
        this.onChange = onChange;
        this.deadline = deadline;
    }

    /**
     * Looks up these names for an object from now on, and no others for it. What several objects want is looked up once, at the
     * shortest of their intervals.
     *
     * @param user the object, of the namespace that the names belong to
     * @param hosts each name, as {@link dev.datapath.operator.net.HostName#toString} writes it, and how often it is looked up
     */
    public synchronized void want(ObjectRef user, SortedMap<String, Duration> hosts) {
        var namespace = namespaces.computeIfAbsent(user.namespace(), name -> new Namespace());
        var before = hosts.isEmpty() ? namespace.users.remove(user) : namespace.users.put(user, new TreeMap<>(hosts));
        if (!hosts.equals(before == null ? Map.of() : before)) {
            look(user.namespace(), namespace);
        }
        if (namespace.users.isEmpty()) {
            namespaces.remove(user.namespace());
        }
    }

    private void look(String name, Namespace namespace) {
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

    /** The answers for the names of a namespace; the same instance as long as nothing changed. */
    public synchronized Discovery discovery(String namespace) {
        var known = namespaces.get(namespace);
        return known == null ? Discovery.NONE : known.discovery;
    }

    @Override
    public synchronized void close() {
        timer.shutdownNow();
        queue.close();
    }

    /** Whether the name may exist, but no name server said so (EAI_AGAIN of getaddrinfo). */
    static boolean isTemporary(UnknownHostException failure) {
        return String.valueOf(failure.getMessage()).contains("emporary failure in name resolution");
    }

    /** At most one look-up of a name is scheduled or under way. */
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
            changed = learn(name, null, "the name service did not answer within " + deadline.toSeconds() + " s");
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
                    ? "the name is not known to the name service"
                    : "no name server answered (temporary failure in name resolution)";
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

    /** Whether this is another answer than before. */
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
        /** The next look-up or, while one is under way, its deadline. */
        private @Nullable Future<?> next;

        private boolean underWay;
        private boolean overdue;
        /** Look-ups in a row without an answer in time. */
        private int unanswered;

        Watch(Duration refresh) {
            this.refresh = refresh;
        }

        void cancel() {
            if (next != null) {
                next.cancel(false);
            }
        }

        /** A name that is known not to exist keeps its pace: it may be created at any time. */
        Duration pause() {
            var doubled = refresh.multipliedBy(1L << unanswered);
            var longest = refresh.compareTo(MAX_BACK_OFF) > 0 ? refresh : MAX_BACK_OFF;
            return doubled.compareTo(longest) < 0 ? doubled : longest;
        }
    }
}
