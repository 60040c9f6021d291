package dev.datapath.e2e.bench;

import static dev.datapath.e2e.bench.Figures.digits;

import dev.datapath.e2e.rig.NodeFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** How failing nodes were found, in tables, and held against the aims. */
final class DetectionTables {
    /** What a single request meets at once. */
    private static final Set<NodeFault> FAST = EnumSet.of(
            NodeFault.REFUSES,
            NodeFault.RESETS,
            NodeFault.CLOSES,
            NodeFault.GARBAGE,
            NodeFault.BAD_GATEWAY,
            NodeFault.EXPIRED_CERTIFICATE);

    private static final Set<NodeFault> ANSWERS = EnumSet.of(NodeFault.INTERNAL_ERROR, NodeFault.SLOW_DOWN);

    private DetectionTables() {}

    static Section of(List<Detection.Row> measured) {
        var peers = measured.stream().map(Detection.Row::peer).distinct().toList();
        var tables = List.of(
                table(
                        "Seconds until a failing node is out",
                        measured,
                        peers,
                        row -> row.staysIn() ? "in" : digits(row.outNanos() / 1e9),
                        "From the fault until the last request was sent that failed or took over 500 ms, before 1.5 s without one. In: the node keeps its share of the requests."),
                table(
                        "Seconds until it is back",
                        measured,
                        peers,
                        row -> row.staysIn() ? "in" : row.backNanos() < 0 ? "> 60" : digits(row.backNanos() / 1e9),
                        "From the end of the fault until the node gets a request."),
                table(
                        "Failed requests",
                        measured,
                        peers,
                        row -> row.failed() + " of " + Figures.thousands(row.sent()),
                        "Not answered 200 with a whole body within ten seconds; half of the requests are uploads, which are not repeated."));
        var setup =
                "Two nodes for each pool, one of which fails; 40 requests a second to each pool (5 with TLS), uploads and downloads in turn, all presets at the same time and with a pool's defaults. "
                        + "Resets, closes, short bodies, garbage and statuses meet clients' requests only, health checks pass. "
                        + "HAProxy checks by HEAD / each second (fall 3, rise 2), retries on another server, and marks a server down after five errors of clients (observe layer7); – is not measured.";
        return new Section("detection", "Node detection", setup, tables, measured, aims(measured));
    }

    private static Table table(
            String title,
            List<Detection.Row> measured,
            List<String> peers,
            Function<Detection.Row, String> cell,
            String note) {
        var columns = new ArrayList<String>();
        columns.add("fault");
        columns.addAll(peers);
        var rows = new ArrayList<List<String>>();
        for (var fault : NodeFault.values()) {
            var of = measured.stream().filter(row -> row.fault() == fault).toList();
            if (of.isEmpty()) {
                continue;
            }
            var cells = new ArrayList<String>();
            cells.add(fault.text());
            for (var peer : peers) {
                cells.add(of.stream()
                        .filter(row -> row.peer().equals(peer))
                        .findFirst()
                        .map(cell)
                        .orElse("–"));
            }
            rows.add(cells);
        }
        return new Table(title, columns, rows, note);
    }

    private static List<Aim> aims(List<Detection.Row> measured) {
        var own = measured.stream()
                .filter(row -> !row.peer().equals(Detection.HAPROXY))
                .toList();
        return List.of(
                slowest("a node that fails at once is out, every preset", 3, own, FAST),
                slowest("a node that fails in another way is out, every preset", 10, own, others()),
                stays(own));
    }

    private static Set<NodeFault> others() {
        var others = EnumSet.complementOf(EnumSet.copyOf(FAST));
        others.removeAll(ANSWERS);
        return others;
    }

    private static Aim slowest(String what, int seconds, List<Detection.Row> rows, Set<NodeFault> faults) {
        var slowest = rows.stream()
                .filter(row -> faults.contains(row.fault()))
                .mapToLong(Detection.Row::outNanos)
                .max()
                .orElse(0);
        return new Aim(
                what,
                "≤ " + seconds + " s",
                digits(slowest / 1e9) + " s",
                slowest <= Duration.ofSeconds(seconds).toNanos());
    }

    private static Aim stays(List<Detection.Row> rows) {
        long out = rows.stream()
                .filter(row -> ANSWERS.contains(row.fault()) && !row.staysIn())
                .count();
        return new Aim("nodes taken out for 500 or 503", "0", Long.toString(out), out == 0);
    }
}
