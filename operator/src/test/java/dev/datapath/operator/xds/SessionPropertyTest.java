package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;

/** For any events in any order, a gateway ends with the last version, without a violation on the way. */
@Tag("tier2")
class SessionPropertyTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d");

    /** The events between a server and a gateway. */
    sealed interface Event {
        record Publish(Intent intent) implements Event {}

        /** The gateway reads one response. */
        record Deliver() implements Event {}

        /** The server reads one request. */
        record Answer() implements Event {}

        /** The gateway's wait for endpoints times out. */
        record FetchTimeout() implements Event {}

        /** The stream breaks, and all messages in transit are lost. */
        record Reconnect() implements Event {}

        /** The gateway is a new process. */
        record GatewayRestart() implements Event {}

        /** The server is a new process. */
        record ServerRestart() implements Event {}
    }

    /**
     * A snapshot in small: for each of four clusters its variant (0 is absent, 3 is bad) and its endpoints (3 is bad), for
     * each of two listeners its variant (0 is absent, 3 is bad), and for each of their routes the clusters that it names
     * as a bit mask (16 is bad).
     */
    record Intent(List<Integer> clusters, List<Integer> endpoints, List<Integer> listeners, List<Integer> routes) {
        boolean isGood() {
            for (int i = 0; i < NAMES.size(); i++) {
                if (clusters.get(i) == 3 || (clusters.get(i) > 0 && endpoints.get(i) == 3)) {
                    return false;
                }
            }
            for (int i = 0; i < listeners.size(); i++) {
                if (listeners.get(i) == 3 || (listeners.get(i) > 0 && routes.get(i) >= 16)) {
                    return false;
                }
            }
            return true;
        }

        Intent repaired() {
            return new Intent(
                    clusters.stream().map(variant -> variant % 3).toList(),
                    endpoints.stream().map(variant -> variant % 3).toList(),
                    listeners.stream().map(variant -> variant % 3).toList(),
                    routes.stream().map(mask -> mask % 16).toList());
        }

        Snapshot snapshot() {
            var snapshot = Snapshot.builder();
            for (int i = 0; i < NAMES.size(); i++) {
                if (clusters.get(i) > 0) {
                    snapshot.add(
                            Samples.cluster(NAMES.get(i), clusters.get(i) == 3 ? ModelEnvoy.BAD : clusters.get(i)));
                    if (endpoints.get(i) > 0) {
                        int port = endpoints.get(i) == 3 ? ModelEnvoy.BAD : 9000 + endpoints.get(i);
                        snapshot.add(Samples.endpoints(NAMES.get(i), port));
                    }
                }
            }
            for (int i = 0; i < listeners.size(); i++) {
                if (listeners.get(i) > 0) {
                    int port = listeners.get(i) == 3 ? ModelEnvoy.BAD : 10000 + port(i);
                    snapshot.add(Samples.listener("l" + i, "r" + i, port));
                    snapshot.add(Samples.routes("r" + i, named(routes.get(i))));
                }
            }
            return snapshot.build();
        }

        /** No two listeners have the same address at a time, and they exchange addresses from one intent to the next. */
        private int port(int i) {
            return i > 0 && listeners.get(i).equals(listeners.get(0)) ? 3 : listeners.get(i);
        }

        private String[] named(int mask) {
            var names = new ArrayList<String>();
            for (int i = 0; i < NAMES.size(); i++) {
                if ((mask & (1 << i)) != 0 && clusters.get(i) > 0) {
                    names.add(NAMES.get(i));
                }
            }
            if (mask >= 16) {
                names.add("bad");
            }
            return names.toArray(String[]::new);
        }
    }

    @Provide
    Arbitrary<Intent> intents() {
        var variant = Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(6, 1), Tuple.of(4, 2), Tuple.of(1, 3));
        var mask = Arbitraries.integers().between(0, 17).map(value -> value == 17 ? 16 + 5 : value);
        return Combinators.combine(
                        variant.list().ofSize(4),
                        variant.list().ofSize(4),
                        variant.list().ofSize(2),
                        mask.list().ofSize(2))
                .as(Intent::new);
    }

    @Provide
    Arbitrary<List<Event>> histories() {
        return events(new Event.Reconnect());
    }

    @Provide
    Arbitrary<List<Event>> historiesWithRestarts() {
        return events(new Event.ServerRestart());
    }

    private Arbitrary<List<Event>> events(Event interruption) {
        return Arbitraries.frequencyOf(
                        Tuple.of(4, intents().map(Event.Publish::new)),
                        Tuple.of(12, Arbitraries.just(new Event.Deliver())),
                        Tuple.of(12, Arbitraries.just(new Event.Answer())),
                        Tuple.of(1, Arbitraries.just(new Event.FetchTimeout())),
                        Tuple.of(1, Arbitraries.just(interruption)),
                        Tuple.of(1, Arbitraries.just(new Event.GatewayRestart())))
                .list()
                .ofMaxSize(120);
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void a_gateway_converges_and_no_cluster_goes_before_its_routes(
            @ForAll("histories") List<Event> history, @ForAll("intents") Intent last) {
        var world = new World(true);
        history.forEach(world::happens);
        world.publish(last.repaired());
        world.settle();
        world.assertRunsAll();
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void a_gateway_converges_when_the_server_forgot_everything(
            @ForAll("historiesWithRestarts") List<Event> history, @ForAll("intents") Intent last) {
        var world = new World(false);
        history.forEach(world::happens);
        world.publish(last.repaired());
        world.settle();
        world.assertRunsAll();
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void what_is_bad_is_told_and_ends_the_talk_instead_of_going_round(
            @ForAll("histories") List<Event> history, @ForAll("intents") Intent last) {
        var world = new World(true);
        history.forEach(world::happens);
        world.publish(last);
        world.settle();
        if (last.isGood()) {
            world.assertRunsAll();
        } else {
            assertThat(world.session.isSynced(world.target)).isFalse();
        }
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void good_routes_and_endpoints_arrive_beside_bad_ones(
            @ForAll("intents") Intent good, @ForAll("intents") Intent next) {
        var world = new World(true);
        var start = good.repaired();
        world.publish(start);
        world.settle();
        // Same clusters and listeners: only endpoints and routes can be invalid.
        var mixed = new Intent(start.clusters(), next.endpoints(), start.listeners(), next.routes());
        world.publish(mixed);
        world.settle();
        world.assertHasAllGood(mixed);
    }

    /** A server's session, a gateway, and the messages in transit between them. */
    private static final class World {
        private final boolean checksWithdrawal;
        private final Deque<DiscoveryResponse> toGateway = new ArrayDeque<>();
        private ModelEnvoy envoy;
        private Session session;
        private Snapshot target;
        private int sessions;

        World(boolean checksWithdrawal) {
            this.checksWithdrawal = checksWithdrawal;
            envoy = new ModelEnvoy(checksWithdrawal);
            connect(Memory.NONE);
        }

        void happens(Event event) {
            switch (event) {
                case Event.Publish publish -> publish(publish.intent());
                case Event.Deliver deliver -> {
                    if (!toGateway.isEmpty()) {
                        envoy.receive(toGateway.removeFirst());
                    }
                }
                case Event.Answer answer -> {
                    if (!envoy.outbox.isEmpty()) {
                        session.receive(envoy.outbox.removeFirst());
                        pump();
                    }
                }
                case Event.FetchTimeout timeout -> envoy.fetchTimeout();
                case Event.Reconnect reconnect -> connect(session.leave());
                case Event.ServerRestart restart -> connect(Memory.NONE);
                case Event.GatewayRestart restart -> {
                    envoy = new ModelEnvoy(checksWithdrawal);
                    connect(session.leave());
                }
            }
        }

        void publish(Intent intent) {
            target = intent.snapshot();
            pump();
        }

        /** Processes all pending events; must terminate. */
        void settle() {
            for (int i = 0; i < 2000; i++) {
                if (!toGateway.isEmpty()) {
                    happens(new Event.Deliver());
                } else if (!envoy.outbox.isEmpty()) {
                    happens(new Event.Answer());
                } else if (session.waitingSince() != null) {
                    happens(new Event.FetchTimeout());
                } else {
                    return;
                }
            }
            throw new AssertionError("they talk for ever");
        }

        void assertRunsAll() {
            assertThat(envoy.clusters).isEqualTo(messages(ResourceType.CLUSTER, Cluster.class));
            assertThat(envoy.endpoints).isEqualTo(messages(ResourceType.ENDPOINT, ClusterLoadAssignment.class));
            assertThat(envoy.listeners).isEqualTo(messages(ResourceType.LISTENER, Listener.class));
            assertThat(envoy.routes).isEqualTo(messages(ResourceType.ROUTE, RouteConfiguration.class));
            assertThat(session.isSynced(target)).isTrue();
            assertThat(session.states().values()).allMatch(state -> state.rejection() == null);
        }

        void assertHasAllGood(Intent intent) {
            var endpoints = messages(ResourceType.ENDPOINT, ClusterLoadAssignment.class);
            endpoints.values().removeIf(assignment -> Samples.ports(assignment).contains(ModelEnvoy.BAD));
            assertThat(envoy.endpoints).containsAllEntriesOf(endpoints);
            var routes = messages(ResourceType.ROUTE, RouteConfiguration.class);
            routes.values().removeIf(route -> ModelEnvoy.clustersOf(route).contains("bad"));
            assertThat(envoy.routes).containsAllEntriesOf(routes);
            assertThat(session.isSynced(target)).isEqualTo(intent.isGood());
        }

        private <T extends Message> Map<String, T> messages(ResourceType type, Class<T> as) {
            var messages = new TreeMap<String, T>();
            target.of(type).forEach((name, resource) -> {
                try {
                    messages.put(name, resource.any().unpack(as));
                } catch (InvalidProtocolBufferException e) {
                    throw new AssertionError(e);
                }
            });
            return messages;
        }

        private void connect(Memory memory) {
            toGateway.clear();
            session = new Session(() -> Instant.EPOCH, memory, "session-" + ++sessions);
            envoy.connect();
            pump();
        }

        private void pump() {
            if (target == null) {
                return;
            }
            for (var push = session.next(target); push != null; push = session.next(target)) {
                var response = DiscoveryResponse.newBuilder()
                        .setTypeUrl(push.type().typeUrl())
                        .setVersionInfo(push.version())
                        .setNonce(push.nonce());
                push.resources().forEach(response::addResources);
                toGateway.add(response.build());
            }
        }
    }
}
