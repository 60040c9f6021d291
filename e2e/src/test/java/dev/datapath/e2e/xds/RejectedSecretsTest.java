package dev.datapath.e2e.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.ServedCertificate;
import dev.datapath.e2e.rig.TestPki;
import dev.datapath.e2e.rig.TestPki.PemPair;
import dev.datapath.e2e.xds.LiveSecrets.At;
import dev.datapath.operator.xds.DataPathSync;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Certificates that a real Envoy does not take. Envoy compares a Secret with the one before and accepts equal bytes
 * without a look, also when it rejected them the first time: the acknowledgement proves nothing then.
 */
@Tag("tier3")
class RejectedSecretsTest {
    private static final String PATH = "team-a/images";
    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    private Path dir;

    private final SnapshotStore store = new SnapshotStore();
    private final TestPki pki = new TestPki("rejected secrets");
    private final int xdsPort = Ports.free();
    private XdsServer server;
    private LiveEnvoy envoy;

    @BeforeEach
    void start() throws IOException {
        server = serve();
    }

    @AfterEach
    void stop() {
        if (envoy != null) {
            envoy.close();
        }
        server.close();
    }

    @Test
    void twoListenersOfOneBadSecretAreRejectedAtTheFirstStart() {
        var bad = new LiveSecrets(
                Map.of("one", new At(Ports.free(), "shared"), "two", new At(Ports.free(), "shared")),
                Map.of("shared", bad()));
        publish(bad);
        startEnvoy();
        expectRejected(bad, "shared");
        expectServed(publish(bad.with("shared", good())));
    }

    @Test
    void twoListenersOfOneSecretKeepTheirCertificateWhenItTurnsBad() {
        var first = new LiveSecrets(
                Map.of("one", new At(Ports.free(), "shared"), "two", new At(Ports.free(), "shared")),
                Map.of("shared", good()));
        publish(first);
        startEnvoy();
        expectServed(first);
        publish(first.with("shared", bad()));
        await().atMost(SOON).until(() -> rejections().stream().anyMatch(text -> text.contains("shared")));
        assertServed(first, "one", "two");
        expectServed(publish(first.with("shared", good())));
    }

    @Test
    void twoBadSecretsThatArriveTogetherAreBothNamed() {
        var bad = secrets(2, 0, 1);
        publish(bad);
        startEnvoy();
        expectRejected(bad, "secret-00", "secret-01");
        expectServed(publish(repaired(bad)));
    }

    @Test
    void twoSecretsThatTurnBadAtOnceAreBothNamedAndTheOldCertificatesStay() {
        var first = secrets(2);
        publish(first);
        startEnvoy();
        expectServed(first);
        publish(first.with("secret-00", bad()).with("secret-01", bad()));
        expectRejections("secret-00", "secret-01");
        assertServed(first, "listener-00", "listener-01");
        // Back to what they serve already: certificates that never left.
        expectServed(publish(first));
    }

    @Test
    void threeBadOnesOfThirteenAreNamedAndTheTenOthersServe() {
        var mixed = secrets(13, 2, 3, 11);
        publish(mixed);
        startEnvoy();
        expectRejected(mixed, "secret-02", "secret-03", "secret-11");
        expectServed(publish(repaired(mixed)));
    }

    @Test
    void threeOfThirteenThatTurnBadKeepTheirCertificatesAndTheOthersChange() {
        var first = secrets(13);
        publish(first);
        startEnvoy();
        expectServed(first);
        var next = secrets(first, 2, 3, 11);
        publish(next);
        expectRejections("secret-02", "secret-03", "secret-11");
        next.secrets().forEach((name, pair) -> {
            var listener = name.replace("secret", "listener");
            var serves = List.of("secret-02", "secret-03", "secret-11").contains(name) ? first : next;
            assertServed(serves, listener);
        });
        expectServed(publish(repaired(next)));
    }

    @Test
    void aRejectedSecretStaysRejectedForAnOperatorThatNeverSawIt() throws IOException {
        var bad = secrets(3, 1);
        publish(bad);
        startEnvoy();
        expectRejected(bad, "secret-01");
        server.close();
        server = serve();
        expectRejected(bad, "secret-01");
        expectServed(publish(repaired(bad)));
    }

    @Test
    void aListenerThatWasRejectedForItsSecretIsSentAgainWhenTheSecretIsRepaired() {
        var bad = secrets(1, 0);
        publish(bad);
        startEnvoy();
        expectRejected(bad, "secret-00");
        // Envoy builds this listener with the bad Secret that it holds, and rejects the listener.
        var second = bad.with("second", new At(Ports.free(), "secret-00"));
        publish(second);
        await().atMost(SOON).until(() -> rejections().stream().anyMatch(text -> text.contains("second")));
        expectServed(publish(repaired(second)));
    }

    private void startEnvoy() {
        envoy = LiveEnvoy.start(dir, PATH, "gateway-1", xdsPort, "");
    }

    /** Each of these Secrets is reported, no other one, and every other listener serves its certificate. */
    private void expectRejected(LiveSecrets secrets, String... names) {
        expectRejections(names);
        secrets.listeners().forEach((listener, at) -> {
            if (List.of(names).contains(at.secret())) {
                assertThat(ServedCertificate.find("127.0.0.1", at.port()))
                        .as(listener)
                        .isEmpty();
            } else {
                assertServed(secrets, listener);
            }
        });
        assertThat(synced(secrets)).isFalse();
    }

    private void expectRejections(String... names) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(rejections())
                        .hasSize(names.length)
                        .allSatisfy(text -> assertThat(names).anyMatch(text::contains)));
    }

    private void expectServed(LiveSecrets secrets) {
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(synced(secrets)).as(() -> sync().toString()).isTrue());
        assertServed(secrets, secrets.listeners().keySet().toArray(String[]::new));
        assertThat(rejections()).isEmpty();
    }

    private void assertServed(LiveSecrets secrets, String... listeners) {
        for (var listener : listeners) {
            var at = secrets.listeners().get(listener);
            assertThat(ServedCertificate.find("127.0.0.1", at.port()))
                    .as(listener)
                    .contains(secrets.secrets().get(at.secret()).certificate());
        }
    }

    private List<String> rejections() {
        return sync().gateways().stream()
                .flatMap(gateway -> gateway.rejections().stream())
                .toList();
    }

    private boolean synced(LiveSecrets secrets) {
        return sync().synced(secrets.snapshot().version());
    }

    private DataPathSync sync() {
        return server.sync().of(PATH);
    }

    private LiveSecrets publish(LiveSecrets secrets) {
        store.publish(PATH, secrets.snapshot());
        return secrets;
    }

    /** A listener and a Secret for each number; those of the given numbers are bad. */
    private LiveSecrets secrets(int count, Integer... bad) {
        var listeners = new TreeMap<String, At>();
        for (int i = 0; i < count; i++) {
            listeners.put("listener-%02d".formatted(i), new At(Ports.free(), "secret-%02d".formatted(i)));
        }
        return secrets(new LiveSecrets(listeners, Map.of()), bad);
    }

    /** The same listeners with new Secrets. */
    private LiveSecrets secrets(LiveSecrets before, Integer... bad) {
        var secrets = new TreeMap<String, PemPair>();
        for (int i = 0; i < before.listeners().size(); i++) {
            secrets.put("secret-%02d".formatted(i), List.of(bad).contains(i) ? bad() : good());
        }
        return new LiveSecrets(before.listeners(), secrets);
    }

    private LiveSecrets repaired(LiveSecrets secrets) {
        var next = secrets;
        for (var name : secrets.secrets().keySet()) {
            next = next.with(name, good());
        }
        return next;
    }

    private PemPair good() {
        return pki.issue("s3.example");
    }

    /** A certificate and a key that do not belong together. */
    private PemPair bad() {
        return pki.issueWithWrongKey("s3.example");
    }

    private XdsServer serve() throws IOException {
        return XdsServer.builder(store).address("127.0.0.1", xdsPort).start();
    }
}
