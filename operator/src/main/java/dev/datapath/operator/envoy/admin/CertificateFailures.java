package dev.datapath.operator.envoy.admin;

import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which pools have nodes whose certificate a gateway does not accept. The events of health checks call that, and a refused
 * connection, NETWORK; Envoy counts it for each cluster, as the sum of all checks and requests since it started, so it goes on where
 * the count grows.
 */
final class CertificateFailures {
    /** What Envoy is asked for: its counters of certificates with a wrong name, authority or date, and of none at all. */
    static final String TARGET = "/stats/prometheus?filter=ssl.fail_verify";

    /** How long a pool is taken to have such nodes after the count grew. Checks may be rarer; then the reason is less exact. */
    private static final Duration HOLD = Duration.ofMinutes(2);

    private static final Pattern COUNTER = Pattern.compile(
            "^envoy_cluster_ssl_fail_verify_\\w+\\{[^}\\n]*envoy_cluster_name=\"" + NodeTable.POOL_PREFIX
                    + "([^\"\\n]+)\"[^}\\n]*} (\\d+)$",
            Pattern.MULTILINE);

    /** @param grew when it grew last; null when it has not since it is watched */
    private record Count(long failures, @Nullable Instant grew) {}

    private final Map<String, Count> pools = new HashMap<>();

    /** Takes what Envoy answers to {@link #TARGET}. */
    void read(String stats, Instant now) {
        var sums = new HashMap<String, Long>();
        var counters = COUNTER.matcher(stats);
        while (counters.find()) {
            sums.merge(counters.group(1), Long.parseLong(counters.group(2)), Long::sum);
        }
        sums.forEach((pool, sum) -> pools.compute(pool, (name, before) -> {
            if (before == null) {
                return new Count(sum, null);
            }
            return new Count(sum, sum > before.failures ? now : before.grew);
        }));
    }

    /** The same reports; a failure that may be one of certificates is one where the pool has such failures now. */
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
