package dev.datapath.operator.status;

import dev.datapath.api.v1alpha1.StorageNodes;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.api.v1alpha1.StoragePoolStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus.NodeStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus.State;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import dev.datapath.operator.text.Listing;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The status of a StoragePool. */
public final class PoolStatuses {
    /** The limit in the API, {@code status.nodes[].reason}. */
    private static final int MOST_REASON = 256;

    private PoolStatuses() {}

    /**
     * The observed state of a pool.
     *
     * @param findings findings on the pool
     * @param plan how gateways use it; null when no DataPath uses it
     * @param weights the decisions in force, of all DataPaths that use it
     * @param reports how gateways assess its nodes
     */
    public record Observation(
            List<Finding> findings, @Nullable PoolPlan plan, List<NodeWeight> weights, List<NodeReport> reports) {
        public Observation {
            findings = List.copyOf(findings);
            weights = List.copyOf(weights);
            reports = List.copyOf(reports);
        }
    }

    /** The status to write; equal to {@code previous} when nothing changed. */
    public static StoragePoolStatus of(
            StoragePool pool, long generation, Observation seen, @Nullable StoragePoolStatus previous, Instant now) {
        var nodes = Stream.concat(planned(seen, previous, now), disabled(pool, previous, now))
                .sorted(Comparator.comparingInt((NodeStatus node) -> attention(node.state()))
                        .thenComparing(node -> !Integer.valueOf(100).equals(node.weightPercent()) ? 0 : 1)
                        .thenComparing(NodeStatus::name))
                .toList();
        long healthy =
                nodes.stream().filter(node -> node.state() == State.Healthy).count();
        var drafts = new ArrayList<>(Findings.conditions(seen.findings(), "the pool"));
        drafts.add(endpointsHealthy(seen, nodes));
        var conditions = Conditions.next(previous == null ? List.of() : previous.conditions(), drafts, generation, now);
        return new StoragePoolStatus(
                generation,
                nodes.stream().limit(StoragePoolStatus.MAX_NODES).toList(),
                (int) healthy,
                nodes.size(),
                conditions,
                new StoragePoolStatus.Summary(healthy + "/" + nodes.size(), Conditions.summary(conditions)));
    }

    private static ConditionDraft endpointsHealthy(Observation seen, List<NodeStatus> nodes) {
        var plan = seen.plan();
        if (plan == null) {
            return draft(
                    ConditionStatus.Unknown,
                    EndpointsHealthyReason.Unknown,
                    "No DataPath uses this pool, so no gateway checks its nodes.");
        }
        var used = nodes.stream()
                .filter(node -> node.state() != State.Disabled && node.state() != State.Draining)
                .toList();
        if (used.isEmpty()) {
            return draft(
                    ConditionStatus.False,
                    EndpointsHealthyReason.NoHealthyNodes,
                    "The pool has no active node: see spec.nodes and ResolvedRefs.");
        }
        long healthy =
                used.stream().filter(node -> node.state() == State.Healthy).count();
        var rest = used.stream()
                .filter(node -> node.state() != State.Healthy)
                .map(node -> node.name() + (node.reason() == null ? "" : " (" + node.reason() + ")"))
                .toList();
        var share = healthy + " of " + used.size() + " nodes are healthy";
        var names = ": " + Listing.of(rest, 5);
        if (used.stream().anyMatch(node -> node.state() == State.Unknown)) {
            return draft(
                    ConditionStatus.Unknown,
                    EndpointsHealthyReason.Unknown,
                    "Waiting for the first health checks" + names);
        }
        if (healthy == used.size()) {
            return draft(ConditionStatus.True, EndpointsHealthyReason.AllHealthy, share + ".");
        }
        int threshold = plan.health().panicThresholdPercent();
        var shares = GatewayShare.of(plan, seen.reports());
        if (shares.stream().allMatch(GatewayShare::none)) {
            return draft(ConditionStatus.False, EndpointsHealthyReason.NoHealthyNodes, share + names);
        }
        if (shares.stream().allMatch(gateway -> gateway.none() || gateway.panics(threshold))) {
            return draft(
                    ConditionStatus.False,
                    EndpointsHealthyReason.Panic,
                    share + ", fewer than the " + threshold + " % of panicThresholdPercent, so all are used" + names);
        }
        boolean agreed = shares.stream().allMatch(gateway -> gateway.serving() == healthy);
        return draft(
                ConditionStatus.True,
                EndpointsHealthyReason.Degraded,
                atSome(shares, threshold) + share + (agreed ? "" : " at all gateways") + names);
    }

    /** The problems at some of the gateways while others serve. */
    private static String atSome(List<GatewayShare> shares, int threshold) {
        var none = GatewayShare.names(shares, GatewayShare::none);
        var panicking = GatewayShare.names(shares, gateway -> gateway.panics(threshold));
        return (none.isEmpty() ? "" : "no node is healthy at " + none + "; ")
                + (panicking.isEmpty()
                        ? ""
                        : "fewer nodes than the " + threshold + " % of panicThresholdPercent are healthy at "
                                + panicking + ", so all are used there; ");
    }

    private static Stream<NodeStatus> planned(Observation seen, @Nullable StoragePoolStatus previous, Instant now) {
        return seen.plan() == null
                ? Stream.empty()
                : seen.plan().nodes().stream().map(node -> node(node, seen.plan(), seen, previous, now));
    }

    /** A node that one gateway ejects counts as unhealthy, because requests of its clients do not reach the node. */
    private static NodeStatus node(
            NodePlan node, PoolPlan pool, Observation seen, @Nullable StoragePoolStatus previous, Instant now) {
        var own = seen.reports().stream()
                .filter(report -> report.isAt(node.address(), node.port()))
                .toList();
        var failing = own.stream().filter(report -> report.health().failing()).toList();
        var address = endpoint(node.address(), node.port());
        if (node.draining()) {
            return status(node.name(), address, State.Draining, "drained by spec.nodes", 0, previous, now);
        }
        if (!failing.isEmpty()) {
            var report = failing.getFirst();
            var share = failing.size() == own.size() ? "" : " at " + failing.size() + " of " + own.size() + " gateways";
            var reason = shortened(
                            report.health().reason()
                                    + CheckFailure.of(pool.health().active(), report),
                            MOST_REASON - share.length())
                    + share;
            return status(node.name(), address, State.Unhealthy, reason, 0, previous, now);
        }
        if (own.stream().noneMatch(report -> report.health() == NodeReport.Health.HEALTHY)) {
            return status(
                    node.name(), address, State.Unknown, NodeReport.Health.UNCHECKED.reason(), null, previous, now);
        }
        var decided = lowest(node, seen.weights());
        return decided.isEmpty()
                ? status(node.name(), address, State.Healthy, null, 100, previous, now)
                : status(
                        node.name(),
                        address,
                        State.Healthy,
                        reason(decided.get()),
                        (int) Math.round(decided.get().percent()),
                        previous,
                        now);
    }

    private static String shortened(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 3) + "...";
    }

    /** Each DataPath decides for its own gateways; the lowest share needs attention most. */
    private static Optional<NodeWeight> lowest(NodePlan node, List<NodeWeight> weights) {
        return weights.stream()
                .filter(weight -> weight.subject().name().equals(node.name()))
                .min(Comparator.comparingDouble(NodeWeight::percent));
    }

    private static String reason(NodeWeight weight) {
        var share = "gets " + weight.share() + " of its weight";
        return weight.terms().reason().isEmpty()
                ? share
                : share + ": " + weight.terms().reason();
    }

    private static String endpoint(String address, int port) {
        return IpAddress.parse(address).map(ip -> ip.withPort(port)).orElse(address + ":" + port);
    }

    private static Stream<NodeStatus> disabled(StoragePool pool, @Nullable StoragePoolStatus previous, Instant now) {
        if (pool.getSpec() == null || pool.getSpec().nodes() == null) {
            return Stream.empty();
        }
        return pool.getSpec().nodes().staticNodes().stream()
                .filter(node -> node.state() == StorageNodes.NodeState.Disabled)
                .map(node -> status(
                        node.name(),
                        endpoint(node.address(), node.port()),
                        State.Disabled,
                        "disabled by spec.nodes",
                        0,
                        previous,
                        now));
    }

    private static NodeStatus status(
            String name,
            String address,
            State state,
            @Nullable String reason,
            @Nullable Integer weight,
            @Nullable StoragePoolStatus previous,
            Instant now) {
        var since = previous == null
                ? null
                : previous.nodes().stream()
                        .filter(node -> node.name().equals(name) && node.state() == state)
                        .findFirst()
                        .map(NodeStatus::since)
                        .orElse(null);
        return new NodeStatus(
                name,
                address,
                state,
                weight,
                reason,
                Objects.requireNonNullElseGet(
                        since, () -> now.truncatedTo(ChronoUnit.SECONDS).toString()));
    }

    private static int attention(State state) {
        return switch (state) {
            case Unhealthy -> 0;
            case Slow -> 1;
            case Unknown -> 2;
            case Draining -> 3;
            case Disabled -> 4;
            case Healthy -> 5;
        };
    }

    private static ConditionDraft draft(ConditionStatus status, EndpointsHealthyReason reason, String message) {
        return ConditionDraft.of(ConditionName.EndpointsHealthy, status, reason, message);
    }
}
