package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.HttpHead;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real gateway logs with {@code accessLog.mode: Errors}, and in which fields. */
@Tag("tier3")
class AccessLogTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path temp;

    private final int port = Ports.free();
    private final ScriptedNode node = ScriptedNode.start(
            exchange -> exchange.answer("500 Internal Server Error", "<Error/>", "x-amz-request-id: OF-THE-STORE"));
    private Standalone standalone;

    @BeforeEach
    void start() throws IOException {
        var directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, node.port())
                                .replace("poolRef:", "accessLog: {mode: Errors, sendRequestId: true}\n  poolRef:")
                        + "---\n"
                        + Directory.refusal("training", "secret"));
        standalone = Standalone.start(
                new StandaloneOptions(directory.path(), 1, 0, "127.0.0.1", 1, temp.resolve("w"), EnvoyBinary.require()),
                new ManifestReader(CATALOG, List.of(directory.path()), InstantSource.system()),
                new SimpleMeterRegistry(),
                overview -> {});
        await().atMost(LIMIT).until(() -> RawClient.refused(port) ? -1 : get("/secret/k?ready"), is -> is == 403);
    }

    @AfterEach
    void stop() throws Exception {
        standalone.stop();
        standalone.close();
        node.close();
    }

    @Test
    void aDenialARefusedSpellingAndAnErrorOfTheStoreAreLogged() throws IOException {
        assertThat(get("/secret/k?X-Amz-Signature=hidden")).isEqualTo(403);
        assertThat(get("/%73ecret/k")).isEqualTo(400);
        assertThat(get("/open/k")).isEqualTo(500);
        node.script(ScriptedNode.OK);
        assertThat(get("/open/well")).isEqualTo(200);

        await().atMost(LIMIT)
                .until(() -> lines().stream().anyMatch(line -> path(line).equals("/open/k")));
        assertThat(logged("/secret/k"))
                .contains("rule=ai/refusal/closed", "status=403", "method=GET", "details=direct_response", "node=null");
        assertThat(logged("/%73ecret/k")).contains("status=400", "rule=guard/bucket", "node=null");
        assertThat(logged("/open/k"))
                .contains(
                        "status=500",
                        "rule=default",
                        "pool=pool/training",
                        "node=127.0.0.1:" + node.port(),
                        "store_id=OF-THE-STORE",
                        "attempts=1");
        assertThat(lines()).noneMatch(line -> path(line).equals("/open/well"));
        assertThat(lines()).noneMatch(line -> line.toString().contains("hidden"));
        assertThat(lines())
                .allSatisfy(line -> assertThat(line.fieldNames())
                        .toIterable()
                        .containsExactlyInAnyOrder(
                                "time",
                                "id",
                                "store_id",
                                "rule",
                                "client",
                                "method",
                                "host",
                                "path",
                                "status",
                                "flags",
                                "details",
                                "pool",
                                "node",
                                "attempts",
                                "bytes_in",
                                "bytes_out",
                                "first_byte_ms",
                                "duration_ms"));
    }

    @Test
    void theStoreGetsTheIdUnderWhichARequestIsLogged() throws IOException {
        String answered;
        try (var client = RawClient.to(port)) {
            answered = client.request("GET", "/open/joined", "x-datapath-request-id: of-the-client")
                    .answer()
                    .head()
                    .field("x-datapath-request-id")
                    .orElseThrow();
        }
        assertThat(node.last().head().fields().stream()
                        .filter(field -> field.name().equalsIgnoreCase("x-datapath-request-id"))
                        .map(HttpHead.Field::value))
                .containsExactly(answered);
        await().atMost(LIMIT)
                .until(() -> lines().stream().anyMatch(line -> path(line).equals("/open/joined")));
        assertThat(logged("/open/joined")).contains("id=" + answered, "store_id=OF-THE-STORE");
    }

    private int get(String target) throws IOException {
        return RawClient.status(port, target);
    }

    /** The last line about that path, as {@code field=value}. */
    private List<String> logged(String path) throws IOException {
        var fields = new ArrayList<String>();
        lines().stream()
                .filter(line -> path(line).equals(path))
                .reduce((first, second) -> second)
                .orElseThrow()
                .properties()
                .forEach(field ->
                        fields.add(field.getKey() + "=" + field.getValue().asText()));
        return fields;
    }

    private static String path(JsonNode line) {
        return line.path("path").asText();
    }

    private List<JsonNode> lines() throws IOException {
        var lines = new ArrayList<JsonNode>();
        try (var gateways = Files.newDirectoryStream(temp.resolve("w/g"))) {
            for (var gateway : gateways) {
                Files.readString(gateway.resolve("access.log")).lines().forEach(line -> lines.add(json(line)));
            }
        }
        return lines;
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }
}
