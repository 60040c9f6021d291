package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.infra.cluster.ObjectApplier.Tally;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Deletes objects that were created for an owner and are no longer desired. */
final class Orphans {
    /**
     * Kinds whose objects may become unwanted while their owner exists. Objects of other kinds are garbage-collected
     * with their owner, and the operator has no permission to delete them.
     */
    private static final Set<String> KINDS = Set.of(
            "DaemonSet",
            "Deployment",
            "EndpointSlice",
            "HorizontalPodAutoscaler",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "PodMonitor",
            "Service");

    private final KubernetesClient client;
    private final ObjectLookup lookup;

    Orphans(KubernetesClient client, ObjectLookup lookup) {
        this.client = client;
        this.lookup = lookup;
    }

    void delete(HasMetadata owner, List<? extends HasMetadata> wanted, Tally tally) {
        var keep = wanted.stream().map(Tally::name).collect(Collectors.toSet());
        for (var object : lookup.madeFor(owner)) {
            if (KINDS.contains(object.getKind())
                    && !keep.contains(Tally.name(object))
                    && object.getMetadata().getDeletionTimestamp() == null
                    && Owners.controls(owner, object)
                    && isReplaced(object, wanted, tally)) {
                tally.attempt(object, () -> {
                    // The resource version prevents the deletion of another object that has the name by then.
                    client.resource(object)
                            .lockResourceVersion(object.getMetadata().getResourceVersion())
                            .delete();
                    tally.deleted();
                });
            }
        }
    }

    /** The previous workload serves until the new one is available. */
    private boolean isReplaced(HasMetadata object, List<? extends HasMetadata> wanted, Tally tally) {
        if (!isWorkload(object)) {
            return true;
        }
        var waitingFor = wanted.stream()
                .filter(Orphans::isWorkload)
                .filter(next -> lookup.find(next).filter(Orphans::isAvailable).isEmpty())
                .findFirst();
        waitingFor.ifPresent(next -> tally.waiting(
                Tally.name(object) + " is kept until the gateways of " + Tally.name(next) + " are available"));
        return waitingFor.isEmpty();
    }

    private static boolean isWorkload(HasMetadata object) {
        return object instanceof Deployment || object instanceof DaemonSet;
    }

    private static boolean isAvailable(HasMetadata workload) {
        return switch (workload) {
            case Deployment deployment -> {
                var status = deployment.getStatus();
                yield status != null
                        && number(deployment.getSpec().getReplicas()) <= number(status.getAvailableReplicas());
            }
            case DaemonSet daemonSet -> {
                var status = daemonSet.getStatus();
                yield status != null
                        && number(status.getDesiredNumberScheduled()) > 0
                        && number(status.getDesiredNumberScheduled()) <= number(status.getNumberAvailable());
            }
            default -> true;
        };
    }

    private static int number(@Nullable Integer number) {
        return number == null ? 0 : number;
    }
}
