package dev.datapath.e2e.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Gives the same work to several proxies in turn, round by round, so that whatever else the machine does meets all of them. In each
 * round another proxy is first.
 */
final class DataPlane {
    /** What each proxy used for one work, one entry per round. */
    record Cell(Work work, Map<String, List<LoadClient.Cost>> costs) {
        /** How many rounds there were. */
        int rounds() {
            return costs.values().iterator().next().size();
        }

        private List<LoadClient.Cost> of(String proxy) {
            return Objects.requireNonNull(costs.get(proxy), proxy);
        }

        /** Processor microseconds per request, over the rounds. */
        Figures microsPerRequest(String proxy) {
            return Figures.of(of(proxy).stream()
                    .map(cost -> cost.cpuNanos() / 1e3 / work.requests())
                    .toList());
        }

        /** Processor seconds per GiB moved, over the rounds. */
        Figures secondsPerGib(String proxy) {
            return Figures.of(of(proxy).stream()
                    .map(cost -> cost.cpuNanos() / 1e9 / work.bytes() * (1L << 30))
                    .toList());
        }

        /** How many times the processor time of {@code peer} the proxy used, round by round. */
        Figures ratio(String proxy, String peer) {
            var own = of(proxy);
            var others = of(peer);
            var ratios = new ArrayList<Double>();
            for (int i = 0; i < own.size(); i++) {
                ratios.add((double) own.get(i).cpuNanos() / others.get(i).cpuNanos());
            }
            return Figures.of(ratios);
        }

        /** The median over the rounds of each round's percentile, in milliseconds. */
        double p50Millis(String proxy) {
            return Figures.of(of(proxy).stream().map(c -> c.p50Nanos() / 1e6).toList())
                    .median();
        }

        /** The same of the 99th percentile. */
        double p99Millis(String proxy) {
            return Figures.of(of(proxy).stream().map(c -> c.p99Nanos() / 1e6).toList())
                    .median();
        }
    }

    private DataPlane() {}

    /**
     * Measures {@code rounds} rounds, or fewer but at least two when the machine is so busy that they take longer than
     * {@code budget}.
     */
    static List<Cell> measure(
            List<? extends Proxy> proxies,
            List<Work> works,
            int rounds,
            Duration budget,
            LoadClient client,
            PrintStream progress)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        var cells = works.stream().map(work -> new Cell(work, costs(proxies))).toList();
        for (int round = 0; round < rounds; round++) {
            if (round >= 2 && System.nanoTime() - start > budget.toNanos()) {
                progress.printf("  no time for round %d%n", round + 1);
                break;
            }
            for (var cell : cells) {
                for (int i = 0; i < proxies.size(); i++) {
                    var proxy = proxies.get((i + round) % proxies.size());
                    var cost = client.run(
                            proxy.port(cell.work().tls()),
                            cell.work(),
                            proxy.buckets(),
                            () -> CpuClock.nanos(proxy.pid()));
                    cell.of(proxy.name()).add(cost);
                }
            }
            progress.printf("  round %d of %d%n", round + 1, rounds);
        }
        return cells;
    }

    private static Map<String, List<LoadClient.Cost>> costs(List<? extends Proxy> proxies) {
        var costs = new LinkedHashMap<String, List<LoadClient.Cost>>();
        proxies.forEach(proxy -> costs.put(proxy.name(), new ArrayList<>()));
        return costs;
    }
}
