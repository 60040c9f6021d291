package dev.datapath.e2e.bench;

import static dev.datapath.e2e.bench.Figures.digits;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Turns measurements into tables and holds them against the aims. */
final class Sections {
    static final String DATAPATH = "DataPath";
    static final String ONE_RULE = "DataPath, 1 rule";
    static final String MANY_RULES = "DataPath, 3,000 rules";
    static final String BARE = "bare Envoy";
    static final String SMALL_BUFFERS = "Envoy, 32 KiB buffers";

    private static final int MIB = 1 << 20;

    private Sections() {}

    static Section dataPlane(List<DataPlane.Cell> cells, List<? extends Proxy> proxies) {
        var names = proxies.stream().map(Proxy::name).toList();
        var peers = names.stream().filter(name -> !name.equals(BARE)).toList();
        var tables = List.of(
                table(
                        "Processor time relative to the bare Envoy",
                        cells,
                        peers,
                        (cell, name) -> cell.ratio(name, BARE).text(),
                        "Median of the rounds' ratios (smallest..largest). Below 1 is less than the bare Envoy needs."),
                table(
                        "Processor microseconds per request",
                        cells,
                        names,
                        (cell, name) -> cell.microsPerRequest(name).text(),
                        "Median (smallest..largest) of the rounds."),
                table(
                        "Processor seconds per GiB",
                        cells.stream().filter(cell -> cell.work().size() >= MIB).toList(),
                        names,
                        (cell, name) -> cell.secondsPerGib(name).text(),
                        "Median (smallest..largest) of the rounds."),
                table(
                        "Milliseconds per request, p50 / p99",
                        cells,
                        names,
                        (cell, name) -> digits(cell.p50Millis(name)) + " / " + digits(cell.p99Millis(name)),
                        "Closed loop with the connections of each work; client, proxy and store share the machine."));
        var setup = """
                Each proxy has one worker thread and gets the same fixed work in turn, %d rounds after one to warm up; another one is first in each round. \
                Clients keep their connections, speak HTTP/1.1 in clear text or TLS 1.3 (AES-128-GCM) and sign like S3 clients; the store answers from memory in clear text. \
                Counted is the processor time of the proxy's process alone, from the scheduler. \
                The bare Envoy has one listener per protocol, one route, one cluster and nothing but defaults; the DataPath gateways run what the operator renders. \
                With 3,000 rules, requests go to 64 buckets spread over all of them.
                """.formatted(cells.getFirst().rounds()).strip();
        var data = new ArrayList<Object>();
        for (var cell : cells) {
            for (var name : names) {
                var row = new LinkedHashMap<String, Object>();
                row.put("method", cell.work().method());
                row.put("bytes", cell.work().size());
                row.put("tls", cell.work().tls());
                row.put("requests", cell.work().requests());
                row.put("connections", cell.work().connections());
                row.put("proxy", name);
                row.put("cpuMicrosPerRequest", cell.microsPerRequest(name));
                row.put("cpuSecondsPerGib", cell.secondsPerGib(name));
                row.put("cpuRatioToBareEnvoy", cell.ratio(name, BARE));
                row.put("p50Millis", cell.p50Millis(name));
                row.put("p99Millis", cell.p99Millis(name));
                data.add(row);
            }
        }
        return new Section("dataPlane", "Data plane", setup, tables, data, dataPlaneAims(cells));
    }

    private static List<Aim> dataPlaneAims(List<DataPlane.Cell> cells) {
        var aims = new ArrayList<Aim>();
        for (int size :
                cells.stream().map(cell -> cell.work().size()).distinct().toList()) {
            var ratios = ratios(cells, cell -> cell.work().size() == size, ONE_RULE, BARE);
            aims.add(new Aim(
                    "CPU of a gateway over a bare Envoy, " + new Work("", size, 0, 0, false).sizeText(),
                    "≤ 1.05",
                    ratios.min() == ratios.max()
                            ? digits(ratios.max())
                            : digits(ratios.min()) + " to " + digits(ratios.max()),
                    ratios.max() <= 1.05));
        }
        var rules = ratios(cells, cell -> cell.work().size() < MIB, MANY_RULES, ONE_RULE);
        aims.add(new Aim(
                "CPU per request, 3,000 rules over 1 rule, 4 KiB",
                "≤ 1.10",
                digits(rules.min()) + " to " + digits(rules.max()),
                rules.max() <= 1.10));
        var latency = Figures.of(cells.stream()
                .filter(cell -> cell.work().size() < MIB)
                .map(cell -> cell.p50Millis(MANY_RULES) / cell.p50Millis(ONE_RULE))
                .toList());
        aims.add(new Aim(
                "median latency, 3,000 rules over 1 rule, 4 KiB",
                "≤ 1.10",
                digits(latency.min()) + " to " + digits(latency.max()),
                latency.max() <= 1.10));
        var buffers = ratios(cells, cell -> cell.work().size() >= MIB, SMALL_BUFFERS, ONE_RULE);
        aims.add(new Aim(
                "CPU of an Envoy with 32 KiB buffers over a gateway, 1 MiB and 64 MiB",
                "≥ 1.3",
                digits(buffers.min()) + " to " + digits(buffers.max()),
                buffers.min() >= 1.3));
        return aims;
    }

    /** The smallest, middle and largest of the cells' median ratios. */
    private static Figures ratios(
            List<DataPlane.Cell> cells, Predicate<DataPlane.Cell> which, String proxy, String peer) {
        return Figures.of(cells.stream()
                .filter(which)
                .map(cell -> cell.ratio(proxy, peer).median())
                .toList());
    }

    private static Table table(
            String title,
            List<DataPlane.Cell> cells,
            List<String> proxies,
            BiFunction<DataPlane.Cell, String, String> figure,
            String note) {
        var columns = Stream.concat(Stream.of("work"), proxies.stream()).toList();
        var rows = cells.stream()
                .map(cell -> Stream.concat(
                                Stream.of(cell.work().name()), proxies.stream().map(name -> figure.apply(cell, name)))
                        .toList())
                .toList();
        return new Table(title, columns, rows, note);
    }

    static Section bigTransfer(List<BigTransfer.Row> transfers) {
        var rows = transfers.stream()
                .map(row -> List.of(
                        row.method() + " " + row.gib() + " GiB",
                        digits(row.seconds()),
                        Long.toString(row.beforeMib()),
                        Long.toString(row.peakMib())))
                .toList();
        var growth = transfers.stream()
                .mapToLong(row -> row.peakMib() - row.beforeMib())
                .max()
                .orElse(0);
        return new Section(
                "bigTransfer",
                "One very large object",
                "One object through one gateway; the receiving side (the client of the GET, the store of the PUT) takes at most 600 MiB a second.",
                List.of(new Table(
                        "Resident memory of the gateway",
                        List.of("transfer", "seconds", "MiB before", "MiB at most"),
                        rows,
                        "")),
                transfers,
                List.of(new Aim(
                        "memory that a gateway needs for one very large object",
                        "≤ 16 MiB",
                        growth + " MiB",
                        growth <= 16)));
    }

    static Section controlPlane(List<ControlPlane.Row> measured) {
        var rows = measured.stream()
                .map(row -> List.of(
                        Figures.thousands(row.rules()) + " for " + row.shape().text,
                        digits(row.millis(50)),
                        digits(row.millis(99)),
                        digits(row.millis(100)),
                        Integer.toString(row.changeNanos().size()),
                        digits(row.operatorCpuMillis()),
                        digits(row.gatewayCpuMillis()),
                        digits(row.readySeconds()),
                        digits(row.servingSeconds()),
                        row.operatorMib() + " / " + row.operatorPeakMib(),
                        Long.toString(row.gatewayMib())))
                .toList();
        var table = new Table(
                "From a changed file to its enforcement, and what it takes",
                List.of(
                        "rules",
                        "p50 ms",
                        "p99 ms",
                        "max ms",
                        "changes",
                        "operator CPU ms",
                        "gateway CPU ms",
                        "ready s",
                        "serving s",
                        "operator MiB / peak",
                        "gateway MiB"),
                rows,
                "A rule moves a bucket from one pool to another: from before its file is rewritten and renamed to the first answer of a gateway from the other pool. Processor time is that of a change, with no client and half a second between changes, above that of an idle process.");
        var setup = """
                `datapath run` with one gateway, rules in policies of 100; one rule after another is changed, with a pause of 150 ms, on an idle gateway. \
                A client on a kept-alive connection asks every half millisecond. Ready is when the health endpoint says so, counted from the start of the launcher; serving is the first answered request.
                """.strip();
        var aims = new ArrayList<Aim>();
        for (var row : measured) {
            var rules = Figures.thousands(row.rules()) + " rules for " + row.shape().text;
            if (row.rules() == 3000) {
                aims.add(new Aim(
                        "changed rule enforced, p99, " + rules,
                        "≤ 100 ms",
                        digits(row.millis(99)) + " ms",
                        row.millis(99) <= 100));
                aims.add(new Aim(
                        "operator's CPU for a changed rule, " + rules,
                        "≤ 20 ms",
                        digits(row.operatorCpuMillis()) + " ms",
                        row.operatorCpuMillis() <= 20));
                aims.add(new Aim(
                        "gateway's CPU for a changed rule, " + rules,
                        "≤ 20 ms",
                        digits(row.gatewayCpuMillis()) + " ms",
                        row.gatewayCpuMillis() <= 20));
            }
            if (row.rules() == 1000) {
                aims.add(new Aim(
                        "operator's memory, " + rules,
                        "≤ 200 MiB",
                        row.operatorMib() + " MiB",
                        row.operatorMib() <= 200));
                aims.add(new Aim(
                        "operator ready, " + rules,
                        "≤ 3 s",
                        digits(row.readySeconds()) + " s",
                        row.readySeconds() <= 3));
            }
        }
        return new Section("controlPlane", "Control plane", setup, List.of(table), measured, aims);
    }
}
