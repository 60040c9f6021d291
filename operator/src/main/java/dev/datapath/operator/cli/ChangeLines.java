package dev.datapath.operator.cli;

import dev.datapath.operator.standalone.Overview;
import dev.datapath.operator.text.VisibleText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.Set;

/** Prints a line for each change: for logs, and for programs that wait for a state. */
final class ChangeLines implements Display {
    private final PrintWriter out;
    private Set<String> printed = Set.of();

    ChangeLines(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void started(Path source, int httpPort) {
        print("datapath runs " + source + "; health and metrics: http://127.0.0.1:" + httpPort
                + "/q/health and /q/metrics");
    }

    @Override
    public void show(Overview overview) {
        var lines = new LinkedHashSet<String>();
        overview.gateways().forEach(gateway -> lines.add(OverviewText.gateway(gateway)));
        overview.statuses().forEach((ref, status) -> lines.add(OverviewText.object(ref, status)));
        overview.findings().forEach(finding -> lines.add((finding.isError() ? "error: " : "warning: ") + finding));
        lines.stream().filter(line -> !printed.contains(line)).forEach(this::print);
        printed.stream()
                .filter(line -> !lines.contains(line) && (line.startsWith("error: ") || line.startsWith("warning: ")))
                .forEach(line -> print("resolved " + line));
        printed = lines;
    }

    @Override
    public void stopping() {
        print("stopping: gateways finish their transfers; a second signal stops them at once");
    }

    @Override
    public void stopped() {
        print("stopped");
    }

    private void print(String line) {
        out.println(OffsetDateTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + VisibleText.of(line));
        out.flush();
    }
}
