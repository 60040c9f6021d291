package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Terms;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights of nodes that the operator decides, at a real gateway. */
@Tag("tier3")
class DecidedWeightsTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    /** Of so many requests, about half reach each of two nodes, and none a node with a ten-thousandth. */
    private static final int REQUESTS = 100;

    @TempDir
    Path temp;

    private final ScriptedNode first = ScriptedNode.start();
    private final ScriptedNode second = ScriptedNode.start();
    private final int port = Ports.free();
    private Directory directory;
    private Standalone standalone;

    @BeforeEach
    void start() throws IOException {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
        directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, first.port()) + "    - {name: node-2, address: 127.0.0.1, port: "
                        + second.port() + "}\n");
        run();
        await().until(() -> directory.status("datapath-ai-training").contains("reason: Programmed"));
        await().until(() -> directory.status("storagepool-ai-training").contains("healthyNodes: 2"));
        send();
        assertThat(List.of(first.exchanges().size(), second.exchanges().size()))
                .allMatch(count -> count > REQUESTS / 4);
    }

    @AfterEach
    void stop() throws Exception {
        standalone.stop();
        standalone.close();
        first.close();
        second.close();
    }

    @Test
    void aDecidedWeightMovesTrafficWithinASecondAndOutlivesTheOperator() throws Exception {
        var status = directory.status("datapath-ai-training");
        decide(0.01);
        await().atMost(Duration.ofSeconds(1)).until(this::onlyTheSecondNodeGetsRequests);
        await().untilAsserted(() -> assertThat(directory.status("storagepool-ai-training"))
                .contains("weightPercent: 0", "gets 0.01 % of its weight: slower than the others"));
        assertThat(directory.status("datapath-ai-training")).isEqualTo(status);

        standalone.close();
        assertThat(onlyTheSecondNodeGetsRequests()).as("without an operator").isTrue();
        run();
        await().until(standalone::ready);
        for (int i = 0; i < 5; i++) {
            assertThat(onlyTheSecondNodeGetsRequests()).as("with another one").isTrue();
        }
        assertThat(directory.status("datapath-ai-training")).isEqualTo(status);

        standalone.decide(TRAINING, Decisions.NONE);
        await().until(() -> {
            int before = first.exchanges().size();
            send();
            return first.exchanges().size() - before > REQUESTS / 4;
        });
    }

    private void decide(double percent) {
        var now = Instant.now();
        standalone.decide(
                TRAINING,
                new Decisions(List.of(new NodeWeight(
                        new Node("training", "node-1"),
                        percent,
                        new Terms("slower than the others", now, now.plusSeconds(10), now.plusSeconds(300))))));
    }

    private boolean onlyTheSecondNodeGetsRequests() throws IOException {
        int before = first.exchanges().size();
        int others = second.exchanges().size();
        for (int i = 0; i < 20; i++) {
            assertThat(RawClient.status(port, "/bucket/key")).isEqualTo(200);
        }
        return first.exchanges().size() == before && second.exchanges().size() == others + 20;
    }

    private void send() throws IOException {
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(RawClient.status(port, "/bucket/key")).isEqualTo(200);
        }
    }

    private void run() throws IOException {
        standalone = Standalone.start(
                new StandaloneOptions(directory.path(), 1, 1, "127.0.0.1", 1, temp.resolve("w"), EnvoyBinary.require()),
                new ManifestReader(CATALOG, List.of(directory.path()), InstantSource.system()),
                new SimpleMeterRegistry(),
                overview -> {});
    }
}
