package dev.datapath.operator.envoy.admin;

import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Detects pools with nodes whose certificate a gateway rejects. Health check events report this as NETWORK, as they do for a
 * refused connection. Envoy counts it for each cluster, as the sum of all checks and requests since its start. So a pool has such
 * nodes while its counter grows.
 */
final class CertificateFailures {
    /** The admin path for Envoy's counters of certificates with a wrong name, CA or date, and of missing certificates. */
    static final String TARGET = "/stats/prometheus?filter=ssl.fail_verify";

    /**
     * How long a pool counts as having such nodes after its counter grew. If health checks are less frequent, the reason is less
     * exact.
     */
    private static final Duration HOLD = Duration.ofMinutes(2);

    private static final String METRIC = "envoy_cluster_ssl_fail_verify_";
    private static final String CLUSTER = "envoy_cluster_name=\"" + NodeTable.POOL_PREFIX;
    /** Maximum length of a counter line, which contains the names of a cluster and of a metric. */
    private static final int LONGEST_LINE = 4096;
    /** Maximum number of digits of a counter. Envoy's counters have fewer, and all such values fit. */
    private static final int MOST_DIGITS = 18;

    /** @param grew when it last grew; null when it has not grown since it is watched */
    private record Count(long failures, @Nullable Instant grew) {}

    private final Map<String, Count> pools = new HashMap<>();

    /**
     * Processes Envoy's response to {@link #TARGET}.
     *
     * @param known the pools of the gateway; counters of others are ignored
     */
    void read(String stats, Set<String> known, Instant now) {
        var sums = new HashMap<String, Long>();
        stats.lines().forEach(line -> add(sums, line, known));
        pools.keySet().retainAll(known);
        sums.forEach((pool, sum) -> pools.compute(pool, (name, before) -> {
            if (before == null) {
                return new Count(sum, null);
            }
            return new Count(sum, sum > before.failures ? now : before.grew);
        }));
    }

    /**
     * Adds a counter such as {@code envoy_cluster_ssl_fail_verify_san{envoy_cluster_name="pool/a"} 1}. The time is linear in the
     * length of the line for any content, because a compromised gateway controls the content.
     */
    private static void add(Map<String, Long> sums, String line, Set<String> known) {
        if (line.length() > LONGEST_LINE || !line.startsWith(METRIC)) {
            return;
        }
        int begin = line.indexOf('{');
        int end = line.indexOf("} ");
        int cluster = begin < 0 ? -1 : line.indexOf(CLUSTER, begin);
        if (cluster < 0 || cluster > end) {
            return;
        }
        int name = cluster + CLUSTER.length();
        int quote = line.indexOf('"', name);
        var count = line.substring(end + 2);
        if (quote < 0 || quote > end || !isCount(count)) {
            return;
        }
        var pool = line.substring(name, quote);
        if (known.contains(pool)) {
            sums.merge(pool, Long.parseLong(count), Long::sum);
        }
    }

    private static boolean isCount(String text) {
        return !text.isEmpty()
                && text.length() <= MOST_DIGITS
                && text.chars().allMatch(digit -> digit >= '0' && digit <= '9');
    }

    /** The reports, in which a failure with an ambiguous reason becomes a certificate failure if the pool has such failures now. */
    Map<String, List<NodeReport>> complete(Map<String, List<NodeReport>> reports, Instant now) {
        var complete = new TreeMap<>(reports);
        complete.replaceAll((pool, nodes) -> {
            var count = pools.get(pool);
            boolean growing =
                    count != null && count.grew != null && count.grew.plus(HOLD).isAfter(now);
            return growing ? nodes.stream().map(CertificateFailures::untrusted).toList() : nodes;
        });
        return complete;
    }

    private static NodeReport untrusted(NodeReport node) {
        return node.health() == Health.BROKEN_CHECK
                ? new NodeReport(node.gateway(), node.address(), node.port(), Health.UNTRUSTED_CHECK)
                : node;
    }
}
