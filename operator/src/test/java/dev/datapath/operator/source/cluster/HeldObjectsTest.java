package dev.datapath.operator.source.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.apiserver.FakeApiServer;
import dev.datapath.operator.compile.LeftOut;
import dev.datapath.operator.compile.ObjectState;
import dev.datapath.operator.kubernetes.MemoryBudget;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeldObjectsTest {
    private static final ObjectRef USER = new ObjectRef("DataPath", "ai", "training");
    private static final String PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

    private FakeApiServer server;
    private KubernetesClient client;

    @BeforeEach
    void open() throws IOException {
        server = new FakeApiServer();
        client = server.client();
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void onlyUsableValuesOfASecretAreCached() {
        var reduced = Contents.of(new SecretBuilder()
                .withNewMetadata()
                .withNamespace("ai")
                .withName("c")
                .withUid("u")
                .withResourceVersion("1")
                .addToAnnotations("long", "x".repeat(200_000))
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withData(Map.of(
                        "tls.crt", base64(PEM),
                        "tls.key", base64("a typo"),
                        "store.jks", base64("x".repeat(900_000))))
                .build());
        assertThat(reduced.object())
                .isEqualTo(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace("ai")
                        .withName("c")
                        .withUid("u")
                        .withResourceVersion("1")
                        .endMetadata()
                        .withType("kubernetes.io/tls")
                        .withData(Map.of("tls.crt", base64(PEM), "tls.key", base64("a typo"), "store.jks", ""))
                        .build());
    }

    @Test
    void aPublicCaBundleIsCachedBesideOtherForms() {
        var bundle = PEM.repeat(220 * 1024 / PEM.length());
        var map = new ConfigMapBuilder()
                .withNewMetadata()
                .withName("bundle")
                .endMetadata()
                .withData(Map.of("ca.crt", bundle))
                .withBinaryData(Map.of("bundle.p12", base64("x".repeat(400_000))))
                .build();
        assertThat(Contents.of(map).object().getData()).isEqualTo(Map.of("ca.crt", bundle));
    }

    @Test
    void contentAboveTheLimitIsOmitted() {
        var large = PEM + "x".repeat(600 * 1024);
        var mark = new LeftOut(LeftOut.Why.OBJECT, large.length() + 6, 512 << 10).mark();
        assertThat(Contents.of(new ConfigMapBuilder()
                                .withNewMetadata()
                                .withName("bundle")
                                .endMetadata()
                                .withData(Map.of("ca.crt", large))
                                .build())
                        .object()
                        .getData())
                .isEqualTo(Map.of("ca.crt", mark));
    }

    @Test
    void aNamespaceDoesNotExceedItsBudget() {
        IntStream.range(0, 5)
                .forEach(i -> client.resource(secret("ai", "s" + i, 300_000)).create());
        client.resource(secret("bi", "s", 300_000)).create();
        // A namespace may use 1 MiB, enough for three.
        try (var watches = watches(new MemoryBudget(16 << 20))) {
            var names = IntStream.range(0, 5)
                    .mapToObj(i -> new ObjectKey("ai", "s" + i))
                    .toList();
            await().until(() -> !watches.want(USER, names).pending());
            assertThat(watches.objects(names))
                    .filteredOn(HeldObjectsTest::isHeld)
                    .hasSize(3);

            var other = new ObjectRef("DataPath", "bi", "training");
            var elsewhere = List.of(new ObjectKey("bi", "s"));
            await().until(() -> !watches.want(other, elsewhere).pending());
            assertThat(watches.objects(elsewhere)).allMatch(HeldObjectsTest::isHeld);

            // Two of the three requested objects had been omitted, or all are cached.
            var fewer = names.subList(2, 5);
            watches.want(USER, fewer);
            await().untilAsserted(() -> {
                watches.want(USER, fewer);
                assertThat(watches.objects(fewer)).hasSize(3).allMatch(HeldObjectsTest::isHeld);
            });
        }
    }

    @Test
    void anObjectWithoutItsContentHasAnotherVersion() {
        var secret = secret("ai", "s", 1);
        secret.getMetadata().setUid("u");
        secret.getMetadata().setResourceVersion("1");
        var reduced = Contents.of(secret);
        assertThat(ObjectState.same(reduced.object(), secret)).isTrue();
        assertThat(ObjectState.same(
                        reduced.object(), reduced.without().apply(new LeftOut(LeftOut.Why.NAMESPACE, 1, 1))))
                .isFalse();
    }

    @Test
    void smallObjectsAreCachedIndependentOfOtherNamespaces() {
        var room = new MemoryBudget(16 << 20);
        for (int i = 0; i < 8; i++) {
            room.take("n" + i, 0, 512 << 10);
        }
        assertThat(room.take("ai", 0, 20_000)).map(LeftOut::why).hasValue(LeftOut.Why.ALL);
        assertThat(room.take("ai", 0, 10_000)).isEmpty();
    }

    @Test
    void onlyThePortsOfAServiceAreCached() {
        var service = new ServiceBuilder()
                .withNewMetadata()
                .withName("s")
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withName("http")
                .withPort(80)
                .endPort()
                .endSpec()
                .build();
        var annotated = new ServiceBuilder(service)
                .editMetadata()
                .addToAnnotations("long", "x".repeat(200_000))
                .endMetadata()
                .build();
        assertThat(Contents.of(annotated).object()).isEqualTo(service);
    }

    private NamedWatches<Secret> watches(MemoryBudget room) {
        return new NamedWatches<>(
                name -> client.secrets()
                        .inNamespace(name.namespace())
                        .withName(name.name())
                        .runnableInformer(0),
                () -> new HeldObjects<>(Contents::of, room),
                user -> {},
                Duration.ofSeconds(10),
                InstantSource.system(),
                new WatchBudget(256 << 20));
    }

    private static boolean isHeld(Secret secret) {
        return secret.getData().get("tls.crt").length() > 1000;
    }

    private static Secret secret(String namespace, String name, int bytes) {
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withData(Map.of("tls.crt", base64(PEM + "x".repeat(bytes))))
                .build();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
