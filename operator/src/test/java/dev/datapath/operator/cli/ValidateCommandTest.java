package dev.datapath.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateCommandTest {
    private static final String GOOD = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: training, namespace: ai}
            spec:
              listeners: [{name: s3, protocol: HTTP, port: 9000}]
              poolRef: {name: store}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: store, namespace: ai}
            spec: {nodes: {static: [{name: a, address: 10.0.0.1, port: 9000}]}}
            """;

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void validFilesExitWithZero() throws IOException {
        Files.writeString(directory.resolve("all.yaml"), GOOD);

        assertThat(validate(directory.toString())).isZero();
        assertThat(out).hasToString("ok: 1 file, 2 valid objects\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void everyFindingIsALineWithItsLocation() throws IOException {
        Path pool = Files.writeString(
                directory.resolve("all.yaml"), GOOD.replace("port: 9000}]}}", "port: 0, colour: red}]}}"));

        assertThat(validate(directory.toString())).isEqualTo(1);
        assertThat(out.toString().lines())
                .contains(
                        pool
                                + ":6: error: DataPath ai/training: spec.poolRef.name: StoragePool ai/store does not exist, so"
                                + " requests for it get 503: create it, or reference another pool",
                        pool
                                + ":11: error: StoragePool ai/store: spec.nodes.static[0].port: 0 is less than 1; write a number"
                                + " between 1 and 65535",
                        pool
                                + ":11: error: StoragePool ai/store: spec.nodes.static[0].colour: unknown field; remove it, or write"
                                + " one of state, weight, zone",
                        "3 errors, 0 warnings: 1 file, 1 valid object");
    }

    @Test
    void missingReferenceIsReportedAtItsLine() throws IOException {
        Path file = Files.writeString(directory.resolve("policy.yaml"), """
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: rules}
                spec:
                  targetRefs:
                  - {kind: DataPath, name: nowhere}
                  rules: [{name: all, pools: [{name: store}]}]
                """);

        assertThat(validate(file.toString())).isEqualTo(1);
        assertThat(out.toString())
                .startsWith(file + ":6: error: RoutingPolicy default/rules: spec.targetRefs[0].name: DataPath"
                        + " default/nowhere does not exist");
    }

    @Test
    void jsonContainsEveryPartOfAFinding() throws IOException {
        Path file = Files.writeString(directory.resolve("all.yaml"), GOOD.replace("protocol: HTTP,", "protocol: TCP,"));

        assertThat(validate("-o", "json", file.toString())).isEqualTo(1);
        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.path("files").asInt()).isEqualTo(1);
        assertThat(report.path("objects").asInt()).isEqualTo(1);
        assertThat(report.path("errors").asInt()).isEqualTo(1);
        assertThat(report.path("warnings").asInt()).isZero();
        JsonNode finding = report.path("findings").path(0);
        assertThat(finding.path("file").asText()).isEqualTo(file.toString());
        assertThat(finding.path("line").asInt()).isEqualTo(5);
        assertThat(finding.path("column").asInt()).isEqualTo(26);
        assertThat(finding.path("severity").asText()).isEqualTo("error");
        assertThat(finding.path("kind").asText()).isEqualTo("DataPath");
        assertThat(finding.path("namespace").asText()).isEqualTo("ai");
        assertThat(finding.path("name").asText()).isEqualTo("training");
        assertThat(finding.path("field").asText()).isEqualTo("spec.listeners[0].protocol");
        assertThat(finding.path("message").asText()).isEqualTo("\"TCP\" is not supported; write one of HTTP, HTTPS");
    }

    @Test
    void standardInputIsRead() throws Exception {
        var before = System.in;
        System.setIn(new ByteArrayInputStream(
                GOOD.replace("port: 9000}]}}", "port: 0}]}}").getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(validate("-")).isEqualTo(1);
        } finally {
            System.setIn(before);
        }
        assertThat(out.toString())
                .contains("<standard input>:11: error: StoragePool ai/store: ", "1 file, 1 valid object");
    }

    @Test
    void namedPipeIsRead() throws Exception {
        var pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var writer = Thread.ofPlatform().start(() -> {
            try {
                Files.writeString(pipe, GOOD);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        assertThat(validate(pipe.toString())).isZero();
        writer.join();
        assertThat(out).hasToString("ok: 1 file, 2 valid objects\n");
    }

    @Test
    void fileGivenByNameIsReadWithAnyExtension() throws IOException {
        var file = Files.writeString(directory.resolve("objects.tpl"), GOOD);

        assertThat(validate(file.toString())).isZero();
        assertThat(out).hasToString("ok: 1 file, 2 valid objects\n");
    }

    @Test
    void noObjectIsAnErrorUnlessAllowed() throws IOException {
        Files.writeString(directory.resolve("objects.txt"), GOOD);
        Files.writeString(directory.resolve("empty.yaml"), "# nothing\n");

        assertThat(validate(directory.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no object in", "--allow-empty");
        assertThat(validate("--allow-empty", directory.toString())).isZero();
    }

    @Test
    void objectNameCannotForgeALine() throws IOException {
        Files.writeString(
                directory.resolve("x.yaml"),
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"a\\nok: 9 files\\e[31m\", \"l\\nm\": 1}\n");

        assertThat(validate(directory.toString())).isEqualTo(1);
        assertThat(out.toString())
                .contains("ConfigMap default/a\\nok: 9 files\\u001b[31m: ")
                .doesNotContain("\u001b[31m", "\nok: 9");
    }

    @Test
    void everyCommandPrintsTheVersion() {
        for (var command : List.of(
                List.of("--version"),
                List.of("run", "--version"),
                List.of("validate", "-V"),
                List.of("operator", "--version"),
                List.of("stop", "--version"))) {
            var answer = new StringWriter();
            assertThat(Main.execute(
                            new PrintWriter(answer, true), new PrintWriter(err, true), command.toArray(String[]::new)))
                    .isZero();
            assertThat(answer.toString()).isEqualTo("datapath " + Version.current() + System.lineSeparator());
        }
    }

    @Test
    void usageErrorIsOneLineAndAHint() {
        assertThat(validate("--colour", directory.toString())).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly("error: Unknown option: '--colour'", "Try: datapath validate --help");
    }

    @Test
    void missingDirectoryIsAUsageError() {
        assertThat(validate(directory.resolve("none").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("none does not exist; name a directory or file that can be read");
    }

    @Test
    void unknownOptionIsAUsageError() {
        assertThat(validate("-o", "xml", directory.toString())).isEqualTo(2);
        assertThat(validate()).isEqualTo(2);
    }

    @Test
    void commandListsItsSubcommands() {
        assertThat(Main.execute(new PrintWriter(out), new PrintWriter(err))).isEqualTo(2);
        assertThat(err.toString()).contains("a command is missing").contains("validate");
    }

    private int validate(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = "validate";
        System.arraycopy(args, 0, all, 1, args.length);
        return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }
}
