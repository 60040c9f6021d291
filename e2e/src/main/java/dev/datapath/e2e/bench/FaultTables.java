package dev.datapath.e2e.bench;

import static dev.datapath.e2e.bench.Figures.digits;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns what clients noticed into a table and holds it against the aims. */
final class FaultTables {
    private FaultTables() {}

    static Section of(List<Faults.Row> measured) {
        var rows = measured.stream()
                .map(row -> List.of(
                        row.fault() == Faults.Fault.NONE ? "no fault" : row.fault().text,
                        row.proxy(),
                        row.failedReads() + " of " + Figures.thousands(row.reads()),
                        row.failedWrites() + " of " + Figures.thousands(row.writes()),
                        millis(row.p50Nanos()),
                        millis(row.p99Nanos()),
                        millis(row.p999Nanos()),
                        digits(row.noticedNanos() / 1e9),
                        digits(row.amplification())))
                .toList();
        var table = new Table(
                "What clients notice",
                List.of(
                        "fault",
                        "proxy",
                        "failed reads",
                        "failed writes",
                        "p50 ms",
                        "p99 ms",
                        "p99.9 ms",
                        "noticed for s",
                        "upstream/client"),
                rows,
                "Noticed for: from the fault until the last request was sent that failed or took over 100 ms. Upstream/client: requests that reached nodes per request of clients.");
        var setup =
                "Four nodes, 400 requests a second in an open loop, three reads of 4 KiB to one write; the fault comes after one second and stays. "
                        + "DataPath with a pool's defaults; HAProxy with leastconn, checks each second and redispatch; the bare Envoy with nothing but defaults.";
        return new Section("faults", "Faults", setup, List.of(table), measured, aims(measured));
    }

    private static List<Aim> aims(List<Faults.Row> measured) {
        var own = new LinkedHashMap<Faults.Fault, Faults.Row>();
        measured.stream()
                .filter(row -> row.proxy().equals(Sections.DATAPATH))
                .forEach(row -> own.put(row.fault(), row));
        var found = new ArrayList<Aim>();
        Map<Faults.Fault, Integer> limits = Map.of(Faults.Fault.KILLED, 1, Faults.Fault.BLACK_HOLED, 10);
        own.forEach((fault, row) -> {
            var limit = limits.get(fault);
            if (limit != null) {
                found.add(new Aim(
                        fault.text + ": failed reads",
                        "0",
                        Integer.toString(row.failedReads()),
                        row.failedReads() == 0));
                found.add(new Aim(
                        fault.text + ": noticed for",
                        "≤ " + limit + " s",
                        digits(row.noticedNanos() / 1e9) + " s",
                        row.noticedNanos() <= limit * 1e9));
            }
            if (fault == Faults.Fault.REFUSING) {
                found.add(new Aim(
                        fault.text + ": upstream per client request",
                        "≤ 1.2",
                        digits(row.amplification()),
                        row.amplification() <= 1.2));
            }
        });
        var healthy = own.get(Faults.Fault.NONE);
        var slow = own.get(Faults.Fault.SLOW);
        if (healthy != null && slow != null) {
            double ratio = (double) slow.p99Nanos() / healthy.p99Nanos();
            found.add(new Aim(
                    Faults.Fault.SLOW.text + ": p99 over the healthy p99", "≤ 1.5", digits(ratio), ratio <= 1.5));
        }
        return found;
    }

    private static String millis(long nanos) {
        return digits(nanos / 1e6);
    }
}
