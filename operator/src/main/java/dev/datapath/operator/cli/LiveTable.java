package dev.datapath.operator.cli;

import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.standalone.Overview;
import dev.datapath.operator.text.VisibleText;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A table of all objects, redrawn in place on a terminal: broken objects first, as many as fit. Lines are truncated and never wrap,
 * because the cursor must move up by a known number of lines.
 */
final class LiveTable implements Display {
    private static final int WIDEST_NAME = 36;
    private static final int MAX_FINDINGS = 12;

    private final PrintWriter out;
    private final Supplier<Terminal> terminal;
    private String header = "";
    private String footer = "ctrl-c finishes transfers and stops";
    private @Nullable Overview last;
    private int drawn;

    /** @param terminal read at each redraw, because windows are resized */
    LiveTable(PrintWriter out, Supplier<Terminal> terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public synchronized void started(Path source, int httpPort) {
        header = "datapath " + VisibleText.of(source.toString()) + "   health and metrics http://127.0.0.1:" + httpPort
                + "/q/health /q/metrics";
        draw();
    }

    @Override
    public synchronized void show(Overview overview) {
        last = overview;
        draw();
    }

    @Override
    public synchronized void stopping() {
        footer = "stopping: transfers finish; ctrl-c again stops at once";
        draw();
    }

    @Override
    public synchronized void stopped() {
        footer = "stopped";
        draw();
    }

    /**
     * Redraws after the terminal was resized. The screen is cleared, because it is unknown how the terminal wrapped the old lines.
     */
    synchronized void resized() {
        out.print("\u001b[2J\u001b[H");
        drawn = 0;
        draw();
    }

    private void draw() {
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "A\r\u001b[J");
        }
        var lines = lines();
        lines.forEach(out::println);
        out.flush();
        drawn = lines.size();
    }

    /** The lines to draw. None is wider than the terminal, and all together are not higher. */
    List<String> lines() {
        var size = terminal.get();
        var overview = last;
        var top = List.of(new StyledLine().bold(header));
        var bottom = new ArrayList<StyledLine>();
        if (overview != null) {
            findings(overview, Math.max(1, Math.min(MAX_FINDINGS, size.rows() / 4)), bottom);
        }
        bottom.add(new StyledLine());
        bottom.add(new StyledLine().dim(footer));
        var lines = new ArrayList<>(top);
        if (overview == null) {
            lines.add(new StyledLine().dim("reading ..."));
        } else if (overview.statuses().isEmpty()) {
            lines.add(new StyledLine().dim("no objects yet: put YAML files into the directory"));
        } else {
            // The cursor occupies the last line of the terminal.
            objects(overview, size, size.rows() - 1 - top.size() - bottom.size(), lines);
        }
        lines.addAll(bottom);
        return lines.stream()
                .limit(Math.max(1, size.rows() - 1))
                .map(line -> line.text(size.columns(), size.colored()))
                .toList();
    }

    /** Appends objects in order of severity, each with its gateways and failing conditions, as many as fit. */
    private static void objects(Overview overview, Terminal size, int room, List<StyledLine> lines) {
        var sorted = overview.statuses().entrySet().stream()
                .sorted(Comparator.<Map.Entry<ObjectRef, Object>>comparingInt(entry -> badness(entry.getValue()))
                        .reversed()
                        .thenComparingInt(entry -> rank(entry.getKey())))
                .toList();
        int left = room;
        int shown = 0;
        for (var entry : sorted) {
            var block = object(entry.getKey(), entry.getValue(), overview, size);
            boolean isLast = shown + 1 == sorted.size();
            if (block.size() > left - (isLast ? 0 : 1) && shown > 0) {
                break;
            }
            lines.addAll(block);
            left -= block.size();
            shown++;
        }
        var rest = sorted.subList(shown, sorted.size());
        if (!rest.isEmpty()) {
            long broken = rest.stream()
                    .filter(entry -> badness(entry.getValue()) == 2)
                    .count();
            lines.add(new StyledLine()
                    .dim("and " + rest.size() + " more"
                            + (broken == 0 ? ", none of them broken" : ", " + broken + " broken")));
        }
    }

    private static List<StyledLine> object(ObjectRef ref, Object status, Overview overview, Terminal size) {
        var lines = new ArrayList<StyledLine>();
        int name = Math.max(12, Math.min(WIDEST_NAME, size.columns() - 50));
        var line = new StyledLine()
                .plain("%-9s %s %-12s "
                        .formatted(
                                shortKind(ref.kind()),
                                padded(VisibleText.of(ref.namespace() + "/" + ref.name()), name),
                                figure(status)));
        for (var condition : OverviewText.conditionsOf(status)) {
            switch (String.valueOf(condition.getStatus())) {
                case "True" -> line.green("✓ " + condition.getType() + "  ");
                case "False" -> line.red("✗ " + condition.getType() + " " + condition.getReason() + "  ");
                default -> line.dim("? " + condition.getType() + "  ");
            }
        }
        lines.add(line);
        if (status instanceof DataPathStatus) {
            overview.gateways().stream()
                    .filter(gateway -> gateway.dataPath().namespace().equals(ref.namespace())
                            && gateway.dataPath().name().equals(ref.name()))
                    .forEach(gateway -> lines.add(new StyledLine()
                            .plain("  gateway %s %-12s %s"
                                    .formatted(
                                            padded(gateway.name(), name),
                                            gateway.state(),
                                            String.join(" ", gateway.endpoints())))
                            .dim((gateway.pid() == 0 ? "" : "  pid " + gateway.pid())
                                    + (gateway.restarts() == 0 ? "" : "  restarted " + gateway.restarts() + "x"))));
        }
        OverviewText.conditionsOf(status).stream()
                .filter(condition -> "False".equals(condition.getStatus()))
                .map(Condition::getMessage)
                .filter(Objects::nonNull)
                .distinct()
                .forEach(message -> lines.add(new StyledLine().yellow("  └ " + VisibleText.of(message))));
        return lines;
    }

    private static void findings(Overview overview, int most, List<StyledLine> lines) {
        if (overview.findings().isEmpty()) {
            return;
        }
        lines.add(new StyledLine());
        lines.add(new StyledLine().bold("findings"));
        overview.findings().stream()
                .sorted(Comparator.comparing(finding -> !finding.isError()))
                .limit(most)
                .forEach(finding -> lines.add(
                        finding.isError()
                                ? new StyledLine().red("✗ ").plain(finding.toString())
                                : new StyledLine().yellow("! ").plain(finding.toString())));
        int rest = overview.findings().size() - most;
        if (rest > 0) {
            lines.add(new StyledLine().dim("and " + rest + " more in .status/findings.txt"));
        }
    }

    /** 2 when a condition is False, 1 when one is Unknown or there is none, 0 when all are True. */
    private static int badness(Object status) {
        return OverviewText.conditionsOf(status).stream()
                .mapToInt(condition -> switch (String.valueOf(condition.getStatus())) {
                    case "True" -> 0;
                    case "False" -> 2;
                    default -> 1;
                })
                .max()
                .orElse(1);
    }

    private static String figure(Object status) {
        return switch (status) {
            case DataPathStatus dataPath
            when dataPath.summary() != null -> dataPath.summary().synced() + " synced";
            case StoragePoolStatus pool
            when pool.summary() != null -> pool.summary().healthy() + " healthy";
            default -> "";
        };
    }

    private static String padded(String text, int width) {
        return text.length() <= width ? text + " ".repeat(width - text.length()) : text.substring(0, width - 1) + "…";
    }

    private static int rank(ObjectRef ref) {
        return switch (ref.kind()) {
            case "DataPath" -> 0;
            case "StoragePool" -> 1;
            case "RoutingPolicy" -> 2;
            default -> 3;
        };
    }

    private static String shortKind(String kind) {
        return switch (kind) {
            case "DataPath" -> "datapath";
            case "StoragePool" -> "pool";
            case "RoutingPolicy" -> "policy";
            default -> "objective";
        };
    }
}
