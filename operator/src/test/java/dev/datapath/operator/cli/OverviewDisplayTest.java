package dev.datapath.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.manifest.SourceLocation;
import dev.datapath.operator.model.Finding.Severity;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverviewDisplayTest {
    private static final ObjectRef REF = new ObjectRef("DataPath", "ai", "training");

    private final StringWriter written = new StringWriter();
    private final PrintWriter out = new PrintWriter(written);

    @Test
    void eachChangeIsPrintedOnce() {
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
    void tableIsRedrawnInPlace() {
        var table = new LiveTable(out, () -> new Terminal(150, 40, true));
        table.started(Path.of("objects"), 8090);
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

    @ParameterizedTest
    @CsvSource({"150, 50", "100, 24", "80, 24", "40, 10", "20, 5"})
    void tableFitsTheTerminalAndShowsBrokenObjectsFirst(int columns, int rows) {
        var table = new LiveTable(out, () -> new Terminal(columns, rows, true));
        table.started(Path.of("objects"), 8090);
        table.show(many());

        var lines = table.lines().stream().map(OverviewDisplayTest::plain).toList();
        assertThat(lines).hasSizeLessThan(rows).allMatch(line -> line.length() <= columns);
        assertThat(lines).anyMatch(line -> line.contains("ai/broken"));
        if (columns >= 80) {
            assertThat(lines).anyMatch(line -> line.contains("ai/broken-1 ")).anyMatch(line -> line.contains("and "));
            assertThat(lines).anyMatch(line -> line.contains("✗ Programmed Pending"));
        }
    }

    @Test
    void namesAndMessagesCannotContainControlSequences() {
        var table = new LiveTable(out, () -> new Terminal(150, 40, false));
        var lines = new ChangeLines(out);
        for (var display : List.of(table, lines)) {
            display.show(overview(
                    "False",
                    "a\nb\u001b[2J\u202e",
                    List.of(new LocatedFinding(
                            new SourceLocation(Path.of("a\n.yaml"), 3, 1),
                            Severity.ERROR,
                            new ObjectRef("DataPath", "ai", "x\nok\u001b[31m"),
                            "spec\u009b",
                            "write\u0007 one"))));
        }
        assertThat(written.toString().replaceAll("\u001b\\[\\d+A\\r\u001b\\[J", ""))
                .contains(
                        "a\\nb\\u001b[2J\\u202e",
                        "a\\n.yaml:3: DataPath ai/x\\nok\\u001b[31m: spec\\u009b: write\\u0007 one")
                .doesNotContain("\u001b", "\u202e", "\u009b", "\u0007");
    }

    @Test
    void disabledColoursAreNotWritten() {
        var table = new LiveTable(out, () -> new Terminal(150, 40, false));
        table.show(overview("False", "1/2 gateways run 3f9a", List.of(finding())));

        assertThat(table.lines()).noneMatch(line -> line.contains("\u001b"));
    }

    @Test
    void terminalSizeAndColoursAreDetected() {
        assertThat(Terminal.of(Map.of(), "50 132\n")).isEqualTo(new Terminal(132, 50, true));
        assertThat(Terminal.of(Map.of("NO_COLOR", "1", "COLUMNS", "99", "LINES", "x"), ""))
                .isEqualTo(new Terminal(99, 24, false));
        assertThat(Terminal.of(Map.of("NO_COLOR", ""), "0 0\n")).isEqualTo(new Terminal(80, 24, true));
    }

    private static String plain(String line) {
        return line.replaceAll("\u001b\\[[0-9;]*m", "");
    }

    /** 200 objects. The last three in the order of names are broken. */
    private static Overview many() {
        var statuses = new TreeMap<ObjectRef, Object>();
        var good = overview("True", "fine", List.of()).statuses().get(REF);
        var bad =
                overview("False", "1/2 gateways run 3f9a", List.of()).statuses().get(REF);
        for (int i = 0; i < 197; i++) {
            statuses.put(new ObjectRef("DataPath", "ai", "a-good-" + i), good);
        }
        for (int i = 1; i <= 3; i++) {
            statuses.put(new ObjectRef("DataPath", "ai", "broken-" + i), bad);
        }
        return new Overview(statuses, List.of(), List.of(finding()));
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
                new DataPathStatus.Summary("2/2", "1/2", "Pending"));
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
