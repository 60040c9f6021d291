package dev.datapath.operator.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.compile.Discovery.Endpoint;
import dev.datapath.operator.compile.Discovery.Lookup;
import dev.datapath.operator.model.ObjectRef;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostResolverTest {
    private static final Duration OFTEN = Duration.ofMillis(10);
    private static final ObjectRef POOL = pool("ai", "store");

    private final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final Map<String, AtomicInteger> lookUps = new ConcurrentHashMap<>();
    private final List<String> changes = new CopyOnWriteArrayList<>();
    private final HostResolver resolver = new HostResolver(this::addresses, changes::add, Duration.ofSeconds(1));

    @AfterEach
    void close() {
        hanging.countDown();
        resolver.close();
    }

    @Test
    void resolvesInTheBackgroundAndNotifiesOnlyOfChanges() throws Exception {
        names.put("store", addresses(2, 1));
        want("store");
        await().until(() -> hosts().containsKey("store"));
        assertThat(hosts().get("store")).isEqualTo(new Lookup(List.of(endpoint(1), endpoint(2)), null));

        int before = lookUps("store");
        var same = resolver.discovery("ai");
        await().until(() -> lookUps("store") > before + 3);
        assertThat(changes).containsExactly("ai");
        assertThat(resolver.discovery("ai")).isSameAs(same);
    }

    @Test
    void keepsTheLastGoodResultAfterAFailure() throws Exception {
        names.put("store", addresses(1));
        want("store");
        await().until(() -> hosts().containsKey("store"));
        names.remove("store");
        await().until(() -> hosts().get("store").failure() != null);
        assertThat(hosts().get("store").endpoints()).containsExactly(endpoint(1));

        names.put("store", addresses(3));
        await().until(() -> hosts().get("store").equals(new Lookup(List.of(endpoint(3)), null)));
    }

    @Test
    void aHangingLookUpDoesNotBlockOthers() throws Exception {
        names.put("store", addresses(1));
        want("hangs", "store");
        await().until(() -> hosts().containsKey("store"));
        assertThat(hosts()).doesNotContainKey("hangs");
    }

    @Test
    void forgetsNamesThatAreNoLongerRequested() throws Exception {
        names.put("store", addresses(1));
        want("store");
        await().until(() -> hosts().containsKey("store"));
        resolver.want(POOL, new TreeMap<>());
        assertThat(hosts()).isEmpty();
    }

    @Test
    void aSharedNameIsLookedUpAtTheShortestInterval() throws Exception {
        names.put("store", addresses(1));
        resolver.want(pool("ai", "patient"), new TreeMap<>(Map.of("store", Duration.ofHours(1))));
        await().until(() -> hosts().containsKey("store"));
        want("store");
        await().until(() -> lookUps("store") > 5);

        want();
        assertThat(hosts()).containsKey("store");
        resolver.want(pool("ai", "patient"), new TreeMap<>());
        assertThat(hosts()).isEmpty();
    }

    /** One StoragePool can have 256 nodes, each with a name that no name server resolves. */
    @Test
    void namesWithoutAResponseDoNotDelayOtherNamespaces() throws Exception {
        names.put("store", addresses(1));
        var bad = new TreeMap<String, Duration>();
        for (int i = 0; i < 250; i++) {
            bad.put("hangs-" + i, OFTEN);
        }
        resolver.want(pool("bad", "pool"), bad);
        await().until(() -> lookUps.size() >= LookUpQueue.PER_NAMESPACE);

        want("store");
        await().until(() -> lookUps("store") > 10);
        assertThat(hosts().get("store").endpoints()).containsExactly(endpoint(1));
        assertThat(lookUps.keySet().stream().filter(name -> name.startsWith("hangs")))
                .hasSize(LookUpQueue.PER_NAMESPACE);
    }

    @Test
    void manyUnresponsiveNamespacesLeaveThreadsToOthers() throws Exception {
        names.put("store", addresses(1));
        for (int namespace = 0; namespace < 8; namespace++) {
            var bad = new TreeMap<String, Duration>();
            for (int i = 0; i < 50; i++) {
                bad.put("hangs-" + namespace + "-" + i, OFTEN);
            }
            resolver.want(pool("bad-" + namespace, "pool"), bad);
        }
        await().until(() -> lookUps.size() >= LookUpQueue.THREADS - 16);
        want("store");
        await().until(() -> lookUps("store") > 10);
    }

    @Test
    void aNameWithoutAThreadFailsAtItsOwnDeadline() {
        var all = new TreeMap<String, Duration>();
        for (int i = 0; i < 2 * LookUpQueue.PER_NAMESPACE; i++) {
            all.put("hangs-" + i, OFTEN);
        }
        resolver.want(POOL, all);
        await().until(() -> hosts().size() == all.size());
        assertThat(hosts().values()).containsOnly(new Lookup(List.of(), "the name service did not respond within 1 s"));
    }

    @Test
    void aResponseAfterTheDeadlineIsUsed() throws Exception {
        names.put("hangs", addresses(1));
        want("hangs");
        await().until(() -> hosts().containsKey("hangs"));
        hanging.countDown();
        await().until(() -> hosts().get("hangs").equals(new Lookup(List.of(endpoint(1)), null)));
    }

    @Test
    void onlyNamesWithoutAResponseBackOff() {
        want("temporary", "unknown");
        await().until(() -> lookUps("unknown") > 60);
        assertThat(lookUps("temporary")).isPositive().isLessThan(lookUps("unknown") / 3);
        assertThat(hosts().get("temporary").failure()).contains("no name server responded");
        assertThat(hosts().get("unknown").failure()).contains("does not know");
    }

    @Test
    void aNamespaceHasABoundedNumberOfNames() {
        var all = new TreeMap<String, Duration>();
        for (int i = 0; i <= HostResolver.MAX_NAMES; i++) {
            all.put("name-%05d".formatted(i), Duration.ofHours(1));
        }
        resolver.want(POOL, all);
        assertThat(hosts().get("name-%05d".formatted(HostResolver.MAX_NAMES)).failure())
                .contains("a namespace can have at most 1000 host names");
        await().until(() -> hosts().size() == all.size());
        assertThat(lookUps).hasSize(HostResolver.MAX_NAMES);
    }

    private Map<String, Lookup> hosts() {
        return resolver.discovery("ai").hosts();
    }

    private int lookUps(String host) {
        return lookUps.getOrDefault(host, new AtomicInteger()).get();
    }

    private void want(String... hosts) {
        var wanted = new TreeMap<String, Duration>();
        for (var host : hosts) {
            wanted.put(host, OFTEN);
        }
        resolver.want(POOL, wanted);
    }

    private static ObjectRef pool(String namespace, String name) {
        return new ObjectRef("StoragePool", namespace, name);
    }

    private List<InetAddress> addresses(String namespace, String host) throws UnknownHostException {
        lookUps.computeIfAbsent(host, key -> new AtomicInteger()).incrementAndGet();
        if (host.startsWith("hangs")) {
            awaitUninterrupted();
        }
        if (host.equals("temporary")) {
            throw new UnknownHostException(host + ": Temporary failure in name resolution");
        }
        var found = names.get(host);
        if (found == null) {
            throw new UnknownHostException(host + ": Name or service not known");
        }
        return found;
    }

    /** Behaves as the C library's resolver, which cannot be interrupted. */
    private void awaitUninterrupted() {
        while (true) {
            try {
                hanging.await();
                return;
            } catch (InterruptedException e) {
                // The look-up continues.
            }
        }
    }

    private static List<InetAddress> addresses(int... last) throws UnknownHostException {
        var all = new ArrayList<InetAddress>();
        for (int number : last) {
            all.add(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) number}));
        }
        return all;
    }

    private static Endpoint endpoint(int last) {
        return new Endpoint("10.0.0." + last, "10.0.0." + last, 0, "");
    }
}
