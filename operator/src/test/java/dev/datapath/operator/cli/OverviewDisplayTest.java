package dev.datapath.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.operator.compile.Finding.Severity;
import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.manifest.SourceLocation;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.standalone.Overview;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OverviewDisplayTest {
    private static final ObjectRef REF = new ObjectRef("DataPath", "ai", "training");

    private final StringWriter written = new StringWriter();
    private final PrintWriter out = new PrintWriter(written);

    @Test
    void linesTellEachChangeOnce() {
        var lines = new ChangeLines(out);
        lines.show(overview("False", "1/2 gateways run 3f9a", List.of(finding())));
        lines.show(overview("False", "1/2 gateways run 3f9a", List.of(finding())));
        lines.show(overview("True", "All 2 gateways run 3f9a.", List.of()));
        assertThat(written.toString().lines().map(line -> line.replaceFirst("^\\S+ ", "")))
                .containsExactly(
                        "gateway training-0 of ai/training: running, pid 42, http://127.0.0.1:8080, metrics http://127.0.0.1:9000/stats/prometheus",
                        "DataPath ai/training: 1/2 synced, 2/2 ready, Programmed=False/Pending (1/2 gateways run 3f9a)",
                        "error: a.yaml:3: DataPath ai/training: spec.listeners: write one",
                        "DataPath ai/training: 1/2 synced, 2/2 ready, Programmed=True",
                        "resolved error: a.yaml:3: DataPath ai/training: spec.listeners: write one");
    }

    @Test
    void theTableIsDrawnOverItself() {
        var table = new LiveTable(out);
        table.started(Path.of("objects"), 8090, 1);
        int before = written.toString().length();
        table.show(overview("False", "1/2 gateways run 3f9a", List.of(finding())));
        var drawn = written.toString().substring(before);
        assertThat(drawn).startsWith("\u001b[4A\r\u001b[J");
        assertThat(drawn.replaceAll("\u001b\\[[0-9;]*[A-Za-z]", ""))
                .contains(
                        "ai/training",
                        "1/2 synced",
                        "✗ Programmed Pending",
                        "└ 1/2 gateways run 3f9a",
                        "http://127.0.0.1:8080  pid 42",
                        "a.yaml:3: DataPath ai/training: spec.listeners: write one");
        assertThat(table.lines())
                .allMatch(line -> line.replaceAll("\u001b\\[[0-9;]*m", "").length() <= 160);
    }

    private static Overview overview(String programmed, String message, List<LocatedFinding> findings) {
        Condition condition = new ConditionBuilder()
                .withType("Programmed")
                .withStatus(programmed)
                .withReason("True".equals(programmed) ? "Programmed" : "Pending")
                .withMessage(message)
                .build();
        var status = new DataPathStatus(
                1L,
                List.of(),
                null,
                null,
                List.of(),
                List.of(condition),
                null,
                new DataPathStatus.Summary("2/2", "1/2"));
        return new Overview(
                new TreeMap<>(Map.of(REF, status)),
                List.of(new Overview.GatewayRow(
                        new ObjectKey("ai", "training"),
                        "training-0",
                        "running",
                        42,
                        List.of("http://127.0.0.1:8080"),
                        "http://127.0.0.1:9000/stats/prometheus",
                        0,
                        "")),
                findings);
    }

    private static LocatedFinding finding() {
        return new LocatedFinding(
                new SourceLocation(Path.of("a.yaml"), 3, 1), Severity.ERROR, REF, "spec.listeners", "write one");
    }
}
