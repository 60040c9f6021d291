package dev.datapath.operator.reconcile;

import dev.datapath.operator.control.DataPathRun;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.status.Fleet;
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
 * What the leader does for gateways that run: it asks them how they see their nodes, and replaces, one by one, those that started
 * without an operator and take no changes.
 */
final class FleetCare {
    private static final System.Logger LOG = System.getLogger(FleetCare.class.getName());

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final GatewayHealth health;
    private final SyncState sync;
    private final InstantSource clock;
    private final Absences absences = new Absences();

    FleetCare(KubernetesClient client, GatewayHealth health, SyncState sync, InstantSource clock) {
        this.client = client;
        this.health = health;
        this.sync = sync;
        this.clock = clock;
    }

    /**
     * Looks after the gateways of a DataPath.
     *
     * @return when it should be done again without any event
     */
    Optional<Duration> look(DataPathRun run, Fleet fleet, Collection<Pod> pods) {
        health.ask(
                run.key(),
                GatewayPods.staying(pods)
                        .filter(GatewayPods::ready)
                        .map(pod -> new GatewayHealth.Gateway(
                                run.key(),
                                pod.getMetadata().getName(),
                                pod.getStatus().getPodIP()))
                        .toList());
        var connected = sync.of(run.key().toString());
        var unconnected = GatewayPods.unconnected(pods, connected).toList();
        var now = clock.instant();
        var overdue = absences.overdue(run.key(), unconnected, connected, now);
        if (unconnected.isEmpty()) {
            return Optional.empty();
        }
        if (overdue.isPresent() && fleet.ready() >= fleet.desired()) {
            evict(overdue.get());
            absences.replaced(run.key(), now);
        }
        return Optional.of(
                unconnected.stream().anyMatch(GatewayPods::startedAlone) ? LOOK_AGAIN : Absences.PATIENCE.dividedBy(2));
    }

    /** Whether a gateway serves that started while no operator answered. */
    boolean alone(ObjectKey dataPath, Collection<Pod> pods) {
        return GatewayPods.unconnected(pods, sync.of(dataPath.toString())).anyMatch(GatewayPods::startedAlone);
    }

    void forget(ObjectKey dataPath) {
        absences.forget(dataPath);
        health.ask(dataPath, List.of());
    }

    /** Asks the API server to, which minds the disruption budget. The pod drains, and its successor finds the operator. */
    private void evict(Pod pod) {
        var name = pod.getMetadata().getName();
        try {
            LOG.log(
                    System.Logger.Level.INFO,
                    "gateway {0} has served without a connection to the operator for a while: it is replaced",
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
            LOG.log(System.Logger.Level.WARNING, "gateway {0} cannot be evicted now: {1}", name, e.getMessage());
        }
    }
}
