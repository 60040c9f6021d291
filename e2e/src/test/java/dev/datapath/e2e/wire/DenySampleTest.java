package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A real Envoy lets through and stops the requests that the operator's property test of denies says it does: what that test reads
 * of a route table, it reads as Envoy does.
 */
@Tag("tier3")
class DenySampleTest {
    private static final Path SAMPLE = Path.of("../operator/src/test/resources/wire/denies.json");

    /** As the operator's DenySampleGoldenTest writes it. */
    record Table(String rules, List<Case> requests) {}

    record Case(String method, String host, String target, Map<String, String> headers, boolean passes) {}

    @AutoClose
    private final ScriptedNode node = ScriptedNode.start();

    @AutoClose
    private final StandaloneGateway gateway =
            StandaloneGateway.start(1, port -> Manifests.dataPathOf(port, "s3.example.com", node.port()));

    @Test
    void envoyStopsWhatTheInterpreterStops() throws IOException {
        var tables = new ObjectMapper().readValue(SAMPLE.toFile(), Table[].class);
        var different = new ArrayList<String>();
        for (var table : tables) {
            gateway.policy("sample", Manifests.policy("sample", table.rules()));
            for (var request : table.requests()) {
                int before = node.exchanges().size();
                int status = send(request);
                boolean passed = node.exchanges().size() > before;
                if (passed != request.passes()) {
                    different.add("%s %d: %s under%n%s"
                            .formatted(passed ? "passed" : "stopped", status, request, table.rules()));
                }
            }
        }
        assertThat(tables).hasSizeGreaterThan(10);
        assertThat(different).isEmpty();
    }

    private int send(Case request) throws IOException {
        var text = new StringBuilder(
                "%s %s HTTP/1.1\r\nHost: %s\r\n".formatted(request.method(), request.target(), request.host()));
        request.headers()
                .forEach((name, lines) -> lines.lines()
                        .forEach(line ->
                                text.append(name).append(": ").append(line).append("\r\n")));
        try (var client = RawClient.to(gateway.port(0))) {
            return client.send(text.append("content-length: 0\r\nconnection: close\r\n\r\n")
                            .toString())
                    .answer()
                    .status();
        }
    }
}
