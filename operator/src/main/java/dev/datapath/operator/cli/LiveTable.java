package dev.datapath.operator.cli;

import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus;
import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.standalone.Overview;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of everything, drawn in place on a terminal. Wide lines are cut rather than wrapped, because only then it is known
 * how far to go back up.
 */
final class LiveTable implements Display {
    private static final int WIDTH = 150;
    private static final int MAX_ROWS = 40;
    private static final int MAX_FINDINGS = 12;
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final String RED = "\u001b[31m";

    private final PrintWriter out;
    private String header = "";
    private String footer = DIM + "ctrl-c lets transfers finish and stops" + RESET;
    private @Nullable Overview last;
    private int drawn;

    LiveTable(PrintWriter out) {
        this.out = out;
    }

    @Override
    public synchronized void started(Path source, int httpPort, int xdsPort) {
        header = BOLD + "datapath" + RESET + " " + source + DIM + "   health and metrics http://127.0.0.1:" + httpPort
                + "/q/health /q/metrics" + RESET;
        draw();
    }

    @Override
    public synchronized void show(Overview overview) {
        last = overview;
        draw();
    }

    @Override
    public synchronized void stopping() {
        footer = YELLOW + "stopping: transfers finish; ctrl-c again ends them at once" + RESET;
        draw();
    }

    @Override
    public synchronized void stopped() {
        footer = "stopped";
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

    List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(header);
        var overview = last;
        if (overview == null) {
            lines.add(DIM + "reading ..." + RESET);
        } else {
            overview.statuses().entrySet().stream()
                    .sorted(Comparator.comparing(entry -> rank(entry.getKey())))
                    .limit(MAX_ROWS)
                    .forEach(entry -> object(entry.getKey(), entry.getValue(), overview, lines));
            if (overview.statuses().isEmpty()) {
                lines.add(DIM + "no objects yet: put YAML files into the directory" + RESET);
            }
            findings(overview, lines);
        }
        lines.add("");
        lines.add(footer);
        return lines;
    }

    private static void object(ObjectRef ref, Object status, Overview overview, List<String> lines) {
        if (ref.kind().equals("DataPath")) {
            lines.add("");
        }
        lines.add("%-10s %-36s %-12s %s"
                .formatted(shortKind(ref.kind()), ref.namespace() + "/" + ref.name(), figure(status), marks(status)));
        if (status instanceof DataPathStatus) {
            overview.gateways().stream()
                    .filter(gateway -> gateway.dataPath().namespace().equals(ref.namespace())
                            && gateway.dataPath().name().equals(ref.name()))
                    .forEach(gateway -> lines.add("  gateway  %-36s %-12s %s%s"
                            .formatted(
                                    gateway.name(),
                                    gateway.state(),
                                    String.join(" ", gateway.endpoints()),
                                    DIM
                                            + (gateway.pid() == 0 ? "" : "  pid " + gateway.pid())
                                            + (gateway.restarts() == 0 ? "" : "  restarted " + gateway.restarts() + "x")
                                            + RESET)));
        }
        OverviewText.conditionsOf(status).stream()
                .filter(condition -> "False".equals(condition.getStatus()))
                .map(Condition::getMessage)
                .filter(Objects::nonNull)
                .distinct()
                .forEach(message -> lines.add("  " + YELLOW + cut("└ " + message) + RESET));
    }

    private static String marks(Object status) {
        var marks = new ArrayList<String>();
        for (var condition : OverviewText.conditionsOf(status)) {
            marks.add(
                    switch (condition.getStatus()) {
                        case "True" -> GREEN + "✓ " + condition.getType() + RESET;
                        case "False" -> RED + "✗ " + condition.getType() + " " + condition.getReason() + RESET;
                        default -> DIM + "? " + condition.getType() + RESET;
                    });
        }
        return String.join("  ", marks);
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

    private static void findings(Overview overview, List<String> lines) {
        if (overview.findings().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add(BOLD + "findings" + RESET);
        overview.findings().stream()
                .limit(MAX_FINDINGS)
                .forEach(finding ->
                        lines.add((finding.isError() ? RED + "✗ " : YELLOW + "! ") + RESET + cut(finding.toString())));
        int rest = overview.findings().size() - MAX_FINDINGS;
        if (rest > 0) {
            lines.add(DIM + "and " + rest + " more in .status/findings.txt" + RESET);
        }
    }

    private static String cut(String text) {
        return text.length() <= WIDTH ? text : text.substring(0, WIDTH - 1) + "…";
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
