package dev.datapath.e2e.bench;

import static dev.datapath.e2e.bench.Figures.digits;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Turns what was measured in a cluster into tables and holds it against the aims. */
final class ClusterTables {
    private ClusterTables() {}

    static Section of(ClusterFigures figures) {
        var setup = """
                Kubernetes as K3s in one container of this machine, the chart as it comes (two operators), a DataPath with two gateways in front of three nodes of SeaweedFS. \
                Everything shares the machine: API server, its store, kubelet, operators, gateways, nodes and the benchmark.
                """.strip();
        return new Section(
                "cluster",
                "In a cluster",
                setup,
                List.of(changes(figures), operators(figures), starts(figures), leaders(figures)),
                figures,
                aims(figures));
    }

    private static Table changes(ClusterFigures figures) {
        return new Table(
                "From apply to enforcement on all gateways",
                List.of("what is there", "p50 ms", "p99 ms", "max ms", "changes"),
                figures.changes().stream()
                        .map(row -> List.of(
                                row.world(),
                                digits(row.millis(50)),
                                digits(row.millis(99)),
                                digits(row.millis(100)),
                                Integer.toString(row.nanos().size())))
                        .toList(),
                "One rule is changed by the server-side apply of its RoutingPolicy, every one to two seconds: from before the request to the API server until both gateways, "
                        + "asked one by one and past their Service every millisecond, have answered as the rule says now.");
    }

    private static Table operators(ClusterFigures figures) {
        return new Table(
                "Operators",
                List.of("what is there", "leader MiB / peak", "standby MiB", "ready s"),
                figures.operators().stream()
                        .map(row -> List.of(
                                row.world(),
                                row.leaderMib() + " / " + row.leaderPeakMib(),
                                Long.toString(row.standbyMib()),
                                Figures.of(row.readySeconds()).text()))
                        .toList(),
                "Resident memory of the process, as Linux tells it, after the changes. Ready: from the start of the process until a watch says that the pod is ready, which is looked at "
                        + "by kubelet once a second; median (smallest..largest) of operators that are added one by one.");
    }

    private static Table starts(ClusterFigures figures) {
        var lastGood = figures.lastGood();
        return new Table(
                "Gateways from start to ready",
                List.of("", "s"),
                List.of(
                        List.of(
                                "one more gateway, 1 policy",
                                Figures.of(figures.gatewaySeconds()).text()),
                        List.of(
                                "without any operator, " + Figures.thousands(lastGood.rules()) + " rules",
                                digits(lastGood.gatewaySeconds()))),
                "The second one waits ten seconds for an operator before it takes the last good configuration, which has "
                        + Math.round(lastGood.bytes() / 1024.0)
                        + " KiB compressed; a Secret holds at most 684 KiB of it.");
    }

    private static Table leaders(ClusterFigures figures) {
        return new Table(
                "The leader is killed",
                List.of("run", "s until enforced", "requests", "failed"),
                Stream.iterate(0, i -> i < figures.leaders().size(), i -> i + 1)
                        .map(i -> {
                            var row = figures.leaders().get(i);
                            return List.of(
                                    Integer.toString(i + 1),
                                    digits(row.seconds()),
                                    Integer.toString(row.requests()),
                                    Integer.toString(row.failed()));
                        })
                        .toList(),
                "Its processes are killed and its pod is deleted; a rule is changed at once, and both gateways are asked until they do as it says. Meanwhile an S3 client that repeats nothing "
                        + "sends 50 requests a second through the Service, one write to four reads.");
    }

    private static List<Aim> aims(ClusterFigures figures) {
        var aims = new ArrayList<Aim>();
        for (var row : figures.changes()) {
            aims.add(new Aim(
                    "applied rule enforced on all gateways, p99, " + row.world(),
                    "≤ 300 ms",
                    digits(row.millis(99)) + " ms",
                    row.millis(99) <= 300));
        }
        for (var row : figures.operators()) {
            aims.add(new Aim(
                    "operator's memory, " + row.world(),
                    "≤ 256 MiB",
                    row.leaderMib() + " MiB",
                    row.leaderMib() <= 256));
            double ready = Figures.of(row.readySeconds()).max();
            aims.add(new Aim("operator ready, " + row.world(), "≤ 4 s", digits(ready) + " s", ready <= 4));
        }
        double gateway = Figures.of(figures.gatewaySeconds()).max();
        aims.add(new Aim("gateway ready", "≤ 3 s", digits(gateway) + " s", gateway <= 3));
        double leader = figures.leaders().stream()
                .mapToDouble(ClusterFigures.LeaderChange::seconds)
                .max()
                .orElse(0);
        aims.add(new Aim("leader killed: a change is enforced again", "≤ 20 s", digits(leader) + " s", leader <= 20));
        int failed = figures.leaders().stream()
                .mapToInt(ClusterFigures.LeaderChange::failed)
                .sum();
        aims.add(new Aim("leader killed: failed requests", "0", Integer.toString(failed), failed == 0));
        return aims;
    }
}
