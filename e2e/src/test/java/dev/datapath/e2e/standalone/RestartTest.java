package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.ServedCertificate;
import dev.datapath.e2e.rig.TestPki;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.standalone.Overview;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator is started again while its gateways serve on: nothing gets wider, and no status is lost. */
@Tag("tier3")
class RestartTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final String DATAPATH_STATUS = "datapath-ai-training";

    @TempDir
    Path temp;

    private final ScriptedNode node = ScriptedNode.start();
    private final int port = Ports.free();
    private final List<Overview> shown = new CopyOnWriteArrayList<>();
    private Directory directory;
    private Standalone standalone;

    @BeforeEach
    void start() throws IOException {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
        directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, node.port()).replace("address: 127.0.0.1", "address: localhost"));
        directory.write("policy.yaml", Directory.refusal("training", "closed"));
        run();
        await().until(() -> directory.status("routingpolicy-ai-refusal").contains("reason: Programmed"));
        await().until(() -> directory.status(DATAPATH_STATUS).contains("reason: Programmed"));
    }

    @AfterEach
    void stop() throws Exception {
        standalone.stop();
        standalone.close();
        node.close();
    }

    @Test
    void policyThatBecameInvalidStillDeniesAfterARestart() throws Exception {
        assertThat(RawClient.status(port, "/closed/key")).isEqualTo(403);
        standalone.close();
        var bad = "  - {name: bad, matches: [{buckets: [open]}], pools: [{name: training, weight: heavy}]}\n";
        for (var broken : List.of(Directory.refusal("training", "closed") + bad, "kind: [", "")) {
            shown.clear();
            directory.write("policy.yaml", broken.isEmpty() ? "kind: RoutingPolicy\n" : broken);
            run();

            await().until(() -> directory.findings().contains("policy.yaml"));
            await().untilAsserted(this::runsAndIsProgrammed);
            assertThat(RawClient.status(port, "/closed/key")).as(broken).isEqualTo(403);
            assertThat(RawClient.status(port, "/open/key")).as(broken).isEqualTo(200);
            standalone.close();
        }
        run();
    }

    @Test
    void policyThatWasNeverAdmittedDeniesAllTheSame() throws Exception {
        standalone.stop();
        standalone.close();
        directory.write(
                "policy.yaml",
                Directory.refusal("training", "closed")
                        + "  - {name: bad, matches: [{buckets: [open]}], pools: [{name: training, weight: heavy}]}\n");
        shown.clear();
        standalone = standalone("elsewhere");

        await().untilAsserted(this::runsAndIsProgrammed);
        assertThat(RawClient.status(port, "/closed/key")).isEqualTo(403);
        assertThat(RawClient.status(port, "/open/key")).isEqualTo(200);
    }

    @Test
    void statusOutlivesARestartWhileNamesAreLookedUp() throws Exception {
        var before = directory.status(DATAPATH_STATUS);
        var policy = directory.status("routingpolicy-ai-refusal");
        var pool = directory.status("storagepool-ai-training");
        standalone.close();
        shown.clear();
        var missing = new CopyOnWriteArrayList<String>();
        run(() -> {
            for (var object : List.of(DATAPATH_STATUS, "routingpolicy-ai-refusal", "storagepool-ai-training")) {
                if (directory.status(object).isEmpty()) {
                    missing.add(object);
                }
            }
        });
        await().untilAsserted(this::runsAndIsProgrammed);

        assertThat(missing).isEmpty();
        assertThat(directory.status(DATAPATH_STATUS)).isEqualTo(before);
        assertThat(directory.status("routingpolicy-ai-refusal")).isEqualTo(policy);
        assertThat(directory.status("storagepool-ai-training")).isEqualTo(pool);
    }

    /** The first passes of the very first start know which DataPaths there are, and nothing of their gateways. */
    @Test
    void noTargetIsMissingWhileNamesAreLookedUp() {
        assertThat(shown)
                .isNotEmpty()
                .allSatisfy(overview -> assertThat(overview.toString()).doesNotContain("TargetNotFound"));
    }

    /** It is not known whether the file held the target. */
    @Test
    void noTargetIsMissingWhileAFileCannotBeRead() throws Exception {
        standalone.stop();
        standalone.close();
        directory.write("training.yaml", "kind: [");
        shown.clear();
        standalone = standalone("elsewhere");

        await().until(() -> directory.findings().contains("training.yaml"));
        assertThat(shown)
                .isNotEmpty()
                .allSatisfy(overview -> assertThat(overview.toString()).doesNotContain("TargetNotFound"));
        assertThat(directory.status("routingpolicy-ai-refusal")).doesNotContain("TargetNotFound");
    }

    @Test
    void nodesWhoseNamesCannotBeLookedUpAfterARestartStay() throws Exception {
        assertThat(RawClient.status(port, "/open/key")).isEqualTo(200);
        standalone.close();
        shown.clear();
        // A name that no name server knows: as the name of before, while name servers are down.
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, node.port())
                        .replace("address: 127.0.0.1", "address: gone.invalid"));
        run();

        await().until(() -> directory.findings().contains("gone.invalid"));
        await().untilAsserted(this::runsAndIsProgrammed);
        await().untilAsserted(() -> assertThat(directory.status("storagepool-ai-training"))
                .contains("address: 127.0.0.1:" + node.port(), "healthyNodes: 1", "HostNotResolved"));
        assertThat(RawClient.status(port, "/open/key")).isEqualTo(200);
    }

    @Test
    void aCertificateWhoseSecretIsBadByARestartStays() throws Exception {
        int tls = Ports.free();
        var pair = new TestPki("Test CA").issue("s3.test");
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, node.port())
                        .replace(
                                "  poolRef:",
                                "  - {name: tls, protocol: HTTPS, port: " + tls
                                        + ", tls: {certificateRefs: [{name: web}]}}\n  poolRef:"));
        directory.write("secret.yaml", secret(pair));
        await().until(() -> served(tls).equals(pair.certificate()));
        await().untilAsserted(this::runsAndIsProgrammed);
        directory.write("secret.yaml", secret(new TestPki("Test CA").issueWithWrongKey("s3.test")));
        await().until(() -> directory.findings().contains("ai/web"));
        assertThat(served(tls)).isEqualTo(pair.certificate());

        standalone.close();
        shown.clear();
        run();
        await().untilAsserted(this::runsAndIsProgrammed);
        await().until(() -> directory.findings().contains("the last good certificate stays in use"));
        assertThat(served(tls)).isEqualTo(pair.certificate());
        assertThat(directory.status(DATAPATH_STATUS)).doesNotContain("is not opened");
    }

    private static String served(int port) {
        try {
            return ServedCertificate.at("127.0.0.1", port);
        } catch (IOException notYet) {
            return "";
        }
    }

    private static String secret(TestPki.PemPair pair) {
        return """
                apiVersion: v1
                kind: Secret
                type: kubernetes.io/tls
                metadata: {name: web, namespace: ai}
                stringData:
                  tls.crt: |
                %s
                  tls.key: |
                %s
                """.formatted(
                        pair.certificate().indent(4).stripTrailing(),
                        pair.privateKey().indent(4).stripTrailing());
    }

    private void runsAndIsProgrammed() {
        assertThat(standalone.ready()).isTrue();
        assertThat(shown).isNotEmpty();
        assertThat(shown.getLast().gateways())
                .anyMatch(gateway -> gateway.state().equals("running"));
        assertThat(shown.getLast().statuses().keySet())
                .anyMatch(object -> object.kind().equals("DataPath"));
        assertThat(directory.status(DATAPATH_STATUS)).contains("reason: Programmed");
    }

    private void run() throws IOException {
        run(() -> {});
    }

    private void run(Runnable onShow) throws IOException {
        standalone = Standalone.start(
                options("w"),
                new ManifestReader(CATALOG, List.of(directory.path()), InstantSource.system()),
                new SimpleMeterRegistry(),
                overview -> {
                    onShow.run();
                    shown.add(overview);
                });
    }

    private Standalone standalone(String work) throws IOException {
        return Standalone.start(
                options(work),
                new ManifestReader(CATALOG, List.of(directory.path()), InstantSource.system()),
                new SimpleMeterRegistry(),
                shown::add);
    }

    private StandaloneOptions options(String work) throws IOException {
        return new StandaloneOptions(directory.path(), 1, 1, "127.0.0.1", 1, temp.resolve(work), EnvoyBinary.require());
    }
}
