package dev.datapath.operator.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.compile.Discovery.Endpoint;
import dev.datapath.operator.compile.Discovery.Lookup;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostResolverTest {
    private static final Duration OFTEN = Duration.ofMillis(10);

    private final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final AtomicInteger lookUps = new AtomicInteger();
    private final AtomicInteger changes = new AtomicInteger();
    private final HostResolver resolver = new HostResolver(this::addresses, changes::incrementAndGet);

    @AfterEach
    void close() {
        hanging.countDown();
        resolver.close();
    }

    @Test
    void findsAddressesInTheBackgroundAndTellsOfChangesOnly() throws Exception {
        names.put("store", addresses(2, 1));
        resolver.want(new TreeMap<>(Map.of("store", OFTEN)));
        await().until(() -> resolver.discovery().hosts().containsKey("store"));
        assertThat(resolver.discovery().hosts().get("store"))
                .isEqualTo(new Lookup(List.of(endpoint(1), endpoint(2)), null));

        int before = lookUps.get();
        var same = resolver.discovery();
        await().until(() -> lookUps.get() > before + 3);
        assertThat(changes).hasValue(1);
        assertThat(resolver.discovery()).isSameAs(same);
    }

    @Test
    void keepsTheLastGoodAnswerBesideAFailure() throws Exception {
        names.put("store", addresses(1));
        resolver.want(new TreeMap<>(Map.of("store", OFTEN)));
        await().until(() -> resolver.discovery().hosts().containsKey("store"));
        names.remove("store");
        await().until(() -> resolver.discovery().hosts().get("store").failure() != null);
        assertThat(resolver.discovery().hosts().get("store").endpoints()).containsExactly(endpoint(1));

        names.put("store", addresses(3));
        await().until(() -> resolver.discovery().hosts().get("store").equals(new Lookup(List.of(endpoint(3)), null)));
    }

    @Test
    void isNotHeldUpByALookUpThatHangs() throws Exception {
        names.put("store", addresses(1));
        resolver.want(new TreeMap<>(Map.of("hangs", OFTEN, "store", OFTEN)));
        await().until(() -> resolver.discovery().hosts().containsKey("store"));
        assertThat(resolver.discovery().hosts()).doesNotContainKey("hangs");
    }

    @Test
    void forgetsWhatNobodyAsksForAnyMore() throws Exception {
        names.put("store", addresses(1));
        resolver.want(new TreeMap<>(Map.of("store", OFTEN)));
        await().until(() -> resolver.discovery().hosts().containsKey("store"));
        resolver.want(new TreeMap<>());
        assertThat(resolver.discovery().hosts()).isEmpty();
    }

    private List<InetAddress> addresses(String host) throws UnknownHostException {
        lookUps.incrementAndGet();
        if (host.equals("hangs")) {
            try {
                hanging.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        var found = names.get(host);
        if (found == null) {
            throw new UnknownHostException(host);
        }
        return found;
    }

    private static List<InetAddress> addresses(int... last) throws UnknownHostException {
        var all = new java.util.ArrayList<InetAddress>();
        for (int number : last) {
            all.add(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) number}));
        }
        return all;
    }

    private static Endpoint endpoint(int last) {
        return new Endpoint("10.0.0." + last, "10.0.0." + last, 0, "");
    }
}
