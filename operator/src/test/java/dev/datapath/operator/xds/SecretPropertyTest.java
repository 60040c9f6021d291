package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Secrets and a gateway that processes them as Envoy 1.40 does, in any order of changes, acknowledgements and
 * interruptions: the secrets that count as delivered are the secrets that are served.
 */
class SecretPropertyTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

    sealed interface Event {
        /** @param contents content of each secret, 0 to 2; 2 is invalid */
        record Publish(List<Integer> contents) implements Event {}

        record Step() implements Event {}

        record Reconnect() implements Event {}

        record OperatorRestart() implements Event {}

        record GatewayRestart() implements Event {}
    }

    @Provide
    Arbitrary<List<Integer>> contents() {
        return Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(4, 1), Tuple.of(3, 2))
                .list()
                .ofSize(NAMES.size());
    }

    @Provide
    Arbitrary<List<Event>> histories() {
        return Arbitraries.<Event>frequencyOf(
                        Tuple.of(4, contents().<Event>map(Event.Publish::new)),
                        Tuple.of(20, Arbitraries.<Event>just(new Event.Step())),
                        Tuple.of(2, Arbitraries.<Event>just(new Event.Reconnect())),
                        Tuple.of(2, Arbitraries.<Event>just(new Event.OperatorRestart())),
                        Tuple.of(1, Arbitraries.<Event>just(new Event.GatewayRestart())))
                .list()
                .ofMaxSize(80);
    }

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    void deliveredIsWhatIsServedAndEveryBadSecretIsNamed(
            @ForAll("histories") List<Event> history, @ForAll("contents") List<Integer> last) {
        var world = new World();
        history.forEach(world::happens);
        world.happens(new Event.Publish(last));
        world.settle();
        world.check(last);
    }

    /** The last response covers its own secrets only; another one of a rejected response may still be stored. */
    @Example
    void aVersionIsNotTrustedAfterAPartlyRejectedResponse() {
        deliveredIsWhatIsServedAndEveryBadSecretIsNamed(
                List.of(
                        publish(0, 0, 0, 0, 0),
                        new Event.Step(),
                        publish(0, 0, 2, 0, 1),
                        new Event.Step(),
                        new Event.Step(),
                        publish(0, 0, 0, 1, 0),
                        new Event.Step(),
                        new Event.Step(),
                        new Event.Step(),
                        new Event.Reconnect(),
                        new Event.Step()),
                List.of(0, 0, 2, 0, 0));
    }

    /** The gateway reports the same version whether or not it has applied the last response. */
    @Example
    void aVersionThatWasAcceptedBeforeIsNotTrusted() {
        deliveredIsWhatIsServedAndEveryBadSecretIsNamed(
                List.of(
                        publish(0, 0, 0, 0, 0),
                        new Event.Step(),
                        new Event.Step(),
                        new Event.Step(),
                        publish(0, 0, 2, 0, 0),
                        new Event.Step(),
                        new Event.Step(),
                        publish(0, 0, 0, 0, 0),
                        new Event.Reconnect(),
                        new Event.Step()),
                List.of(0, 0, 2, 0, 0));
    }

    private static Event publish(Integer... contents) {
        return new Event.Publish(List.of(contents));
    }

    /** A server's session and a gateway. */
    private static final class World {
        private final Map<String, String> stored = new HashMap<>();
        private final Map<String, String> serves = new TreeMap<>();
        private final Deque<DiscoveryResponse> toGateway = new ArrayDeque<>();
        private final Deque<DiscoveryRequest> toOperator = new ArrayDeque<>();
        private String accepted = "";
        private Session session;
        private Snapshot target = Snapshot.builder().build();
        private int sessions;

        World() {
            connect(Memory.NONE);
        }

        void happens(Event event) {
            switch (event) {
                case Event.Publish publish -> {
                    target = snapshot(publish.contents());
                    pump();
                }
                case Event.Step step -> step();
                case Event.Reconnect reconnect -> connect(session.leave());
                case Event.OperatorRestart restart -> connect(Memory.NONE);
                case Event.GatewayRestart restart -> {
                    stored.clear();
                    serves.clear();
                    accepted = "";
                    connect(session.leave());
                }
            }
        }

        void settle() {
            for (int i = 0; i < 500; i++) {
                if (!step()) {
                    return;
                }
            }
            throw new AssertionError("it does not end");
        }

        void check(List<Integer> contents) {
            var bad = new TreeMap<String, Integer>();
            for (int i = 0; i < NAMES.size(); i++) {
                if (contents.get(i) == 2) {
                    bad.put(NAMES.get(i), 2);
                } else {
                    assertThat(serves).containsEntry(NAMES.get(i), text(contents.get(i)));
                }
            }
            assertThat(session.isSynced(target)).isEqualTo(bad.isEmpty());
            assertThat(session.states().get(ResourceType.SECRET).rejections())
                    .extracting(Rejection::resource)
                    .containsExactlyElementsOf(bad.keySet());
        }

        private boolean step() {
            if (!toGateway.isEmpty()) {
                answer(toGateway.removeFirst());
                return true;
            }
            if (!toOperator.isEmpty()) {
                session.receive(toOperator.removeFirst());
                pump();
                return true;
            }
            return false;
        }

        /** SdsApi::onConfigUpdate for one watch after another: the first failure ends the update and is its response. */
        private void answer(DiscoveryResponse response) {
            var request = request().setResponseNonce(response.getNonce());
            for (var any : response.getResourcesList()) {
                var secret = unpack(any);
                if (secret.toString().equals(stored.put(secret.getName(), secret.toString()))) {
                    continue;
                }
                var pem = secret.getTlsCertificate().getCertificateChain().getInlineString();
                if (pem.startsWith(text(2))) {
                    toOperator.add(request.setVersionInfo(accepted)
                            .setErrorDetail(com.google.rpc.Status.newBuilder().setMessage("bad"))
                            .build());
                    return;
                }
                serves.put(secret.getName(), pem.lines().findFirst().orElseThrow());
            }
            accepted = response.getVersionInfo();
            toOperator.add(request.setVersionInfo(accepted).build());
        }

        private void connect(Memory memory) {
            toGateway.clear();
            toOperator.clear();
            session = new Session(() -> Instant.EPOCH, memory, "session-" + ++sessions);
            toOperator.add(request().setVersionInfo(accepted).build());
        }

        private void pump() {
            for (var push = session.next(target); push != null; push = session.next(target)) {
                var response = DiscoveryResponse.newBuilder()
                        .setTypeUrl(push.type().typeUrl())
                        .setVersionInfo(push.version())
                        .setNonce(push.nonce());
                push.resources().forEach(response::addResources);
                toGateway.add(response.build());
            }
        }

        private static DiscoveryRequest.Builder request() {
            return DiscoveryRequest.newBuilder()
                    .setTypeUrl(ResourceType.SECRET.typeUrl())
                    .addAllResourceNames(NAMES);
        }

        private static Snapshot snapshot(List<Integer> contents) {
            var snapshot = Snapshot.builder();
            for (int i = 0; i < NAMES.size(); i++) {
                snapshot.add(Secret.newBuilder()
                        .setName(NAMES.get(i))
                        .setTlsCertificate(TlsCertificate.newBuilder()
                                .setCertificateChain(DataSource.newBuilder().setInlineString(text(contents.get(i)))))
                        .build());
            }
            return snapshot.build();
        }

        private static String text(int content) {
            return "content " + content;
        }

        private static Secret unpack(Any any) {
            try {
                return any.unpack(Secret.class);
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }
    }
}
