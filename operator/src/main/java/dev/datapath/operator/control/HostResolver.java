package dev.datapath.operator.control;

import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.net.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks names of nodes up again and again, each at its own pace and never on the caller's thread. When a look-up fails the
 * last good answer stays, with the failure beside it. Safe for several threads.
 */
public final class HostResolver implements AutoCloseable {

    /** A name service. */
    public interface NameService {
        /** The addresses of a host. */
        List<InetAddress> addresses(String host) throws UnknownHostException;

        /** The name service of this machine. */
        static NameService system() {
            return host -> {
                try {
                    return List.of(InetAddress.getAllByName(host));
                } catch (UnknownHostException e) {
                    if (!host.endsWith(".")) {
                        throw e;
                    }
                    // The hosts file, which the C library reads too, has names without a dot at the end.
                    return List.of(InetAddress.getAllByName(host.substring(0, host.length() - 1)));
                }
            };
        }
    }

    /** Look-ups that hang must not hold up the others; more names than this wait for each other. */
    private static final int THREADS = 16;

    private final NameService names;
    private final Runnable onChange;
    private final ScheduledExecutorService timer;
    private final ExecutorService workers;
    private final Map<String, Watch> watches = new HashMap<>();
    private Discovery discovery = Discovery.NONE;

    /** @param onChange called, on any thread, when {@link #discovery} has another answer */
    public HostResolver(NameService names, Runnable onChange) {
        this.names = names;
        this.onChange = onChange;
        timer = Executors.newSingleThreadScheduledExecutor(Daemons.named("dns-timer"));
        workers = Executors.newFixedThreadPool(THREADS, Daemons.named("dns"));
    }

    /** Looks up these names from now on, each as often as it says, and no others. */
    public synchronized void want(SortedMap<String, Duration> hosts) {
        watches.entrySet().removeIf(entry -> {
            boolean gone = !entry.getValue().refresh.equals(hosts.get(entry.getKey()));
            if (gone) {
                entry.getValue().schedule.cancel(false);
            }
            return gone;
        });
        hosts.forEach((host, refresh) ->
                watches.computeIfAbsent(host, name -> new Watch(refresh, schedule(name, refresh))));
        if (!hosts.keySet().containsAll(discovery.hosts().keySet())) {
            var kept = new HashMap<>(discovery.hosts());
            kept.keySet().retainAll(hosts.keySet());
            discovery = new Discovery(kept, Map.of());
        }
    }

    /** What is known now; the same instance as long as nothing changed. */
    public synchronized Discovery discovery() {
        return discovery;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        workers.shutdownNow();
    }

    private ScheduledFuture<?> schedule(String host, Duration refresh) {
        return timer.scheduleWithFixedDelay(() -> begin(host), 0, refresh.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void begin(String host) {
        var watch = watches.get(host);
        if (watch != null && !watch.underWay) {
            watch.underWay = true;
            workers.execute(() -> lookUp(host));
        }
    }

    private void lookUp(String host) {
        List<Discovery.Endpoint> found = null;
        var failure = "";
        try {
            found = names.addresses(host).stream()
                    .map(address -> IpAddress.of(address).toString())
                    .distinct()
                    .sorted()
                    .map(address -> new Discovery.Endpoint(address, address, 0, ""))
                    .toList();
        } catch (UnknownHostException e) {
            failure = "the name is not known to the name service";
        } catch (RuntimeException e) {
            failure = "the look-up failed: " + e.getMessage();
        }
        if (learn(host, found, failure)) {
            onChange.run();
        }
    }

    private synchronized boolean learn(String host, @Nullable List<Discovery.Endpoint> found, String failure) {
        var watch = watches.get(host);
        if (watch == null) {
            return false;
        }
        watch.underWay = false;
        var before = discovery.hosts().get(host);
        var now = found != null
                ? new Discovery.Lookup(found, null)
                : new Discovery.Lookup(before == null ? List.of() : before.endpoints(), failure);
        if (now.equals(before)) {
            return false;
        }
        var hosts = new HashMap<>(discovery.hosts());
        hosts.put(host, now);
        discovery = new Discovery(hosts, Map.of());
        return true;
    }

    private static final class Watch {
        private final Duration refresh;
        private final ScheduledFuture<?> schedule;
        private boolean underWay;

        Watch(Duration refresh, ScheduledFuture<?> schedule) {
            this.refresh = refresh;
            this.schedule = schedule;
        }
    }
}
