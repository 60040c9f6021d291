package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.UnknownDomains;
import dev.datapath.operator.telemetry.GatewayReports;
import dev.datapath.operator.telemetry.ScrapedGateway;
import dev.datapath.operator.xds.SyncState;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Maintenance of running gateways by the leader. It scrapes them, and replaces, one at a time, those that started
 * without an operator and receive no changes.
 */
public final class FleetCare {
    private static final System.Logger LOG = System.getLogger(FleetCare.class.getName());

    private static final Duration NEXT_CHECK = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final GatewayReports<String> reports;
    private final SyncState sync;
    private final InstantSource clock;

    /** @param clock for elapsed time, the clock of the connections in {@code sync} */
    public FleetCare(KubernetesClient client, GatewayReports<String> reports, SyncState sync, InstantSource clock) {
        this.client = client;
        this.reports = reports;
        this.sync = sync;
        this.clock = clock;
    }

    /**
     * Maintains the gateways of a DataPath.
     *
     * @return the delay until the next maintenance without an event
     */
    Optional<Duration> maintain(ManagedDataPath managed, Disconnects disconnects, Fleet fleet, Collection<Pod> pods) {
        var key = managed.key();
        managed.until(FleetCare.class, () -> reports.forget(key));
        reports.scrape(
                key,
                GatewayPods.staying(pods)
                        .filter(GatewayPods::ready)
                        .map(pod -> new ScrapedGateway<>(
                                pod.getMetadata().getName(), pod.getStatus().getPodIP()))
                        .toList());
        var connected = sync.of(key.toString());
        var unconnected = GatewayPods.unconnected(pods, connected).toList();
        var now = clock.instant();
        var overdue = disconnects.overdue(unconnected, connected, now);
        if (unconnected.isEmpty()) {
            return Optional.empty();
        }
        if (overdue.isPresent() && fleet.ready() >= fleet.desired()) {
            evict(overdue.get());
            disconnects.replaced(now);
        }
        return Optional.of(
                unconnected.stream().anyMatch(GatewayPods::startedAlone)
                        ? NEXT_CHECK
                        : Disconnects.PATIENCE.dividedBy(2));
    }

    /** Whether a serving gateway started while no operator was available. */
    boolean alone(ObjectKey dataPath, Collection<Pod> pods) {
        return GatewayPods.unconnected(pods, sync.of(dataPath.toString())).anyMatch(GatewayPods::startedAlone);
    }

    /** How the gateways of a namespace assess the nodes of a pool. */
    List<NodeReport> nodes(String namespace, String pool) {
        return reports.nodes(namespace, pool);
    }

    /** Warnings from the reports of the gateways. */
    List<Finding> findings(ManagedDataPath managed) {
        return UnknownDomains.findings(
                managed.outcome().dataPath(), managed.outcome().plan(), reports.unknownDomains(managed.key()));
    }

    /**
     * Uses the eviction API, which respects the PodDisruptionBudget. The pod drains, and its replacement connects to
     * the operator.
     */
    private void evict(Pod pod) {
        var name = pod.getMetadata().getName();
        try {
            LOG.log(
                    System.Logger.Level.INFO,
                    "gateway {0} serves without a connection to the operator, evicting it",
                    name);
            client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(name)
                    .evict(new EvictionBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .withNamespace(pod.getMetadata().getNamespace())
                            .endMetadata()
                            .build());
        } catch (KubernetesClientException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "gateway {0} cannot be evicted, retrying later: {1}",
                    name,
                    e.getMessage());
        }
    }
}
