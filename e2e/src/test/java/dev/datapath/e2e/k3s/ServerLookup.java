package dev.datapath.e2e.k3s;

import dev.datapath.operator.infra.cluster.ObjectLookup;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What caches of informers hold, asked of the API server at every look: never behind, and by another client than the one that writes. */
final class ServerLookup implements ObjectLookup {
    private static final String OURS = "app.kubernetes.io/managed-by";

    private static final List<Class<? extends HasMetadata>> KINDS = List.of(
            ServiceAccount.class,
            ConfigMap.class,
            NetworkPolicy.class,
            Service.class,
            EndpointSlice.class,
            Deployment.class,
            DaemonSet.class,
            PodDisruptionBudget.class,
            HorizontalPodAutoscaler.class);

    private final KubernetesClient client;

    ServerLookup(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public Optional<? extends HasMetadata> find(HasMetadata like) {
        return Optional.ofNullable(client.resource(like).get())
                .filter(object -> "datapath-operator".equals(labels(object).get(OURS)));
    }

    private static Map<String, String> labels(HasMetadata object) {
        var labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    @Override
    public Collection<? extends HasMetadata> madeFor(HasMetadata owner) {
        return KINDS.stream()
                .flatMap(kind -> list(kind, owner.getMetadata().getNamespace()))
                .toList();
    }

    private Stream<? extends HasMetadata> list(Class<? extends HasMetadata> kind, String namespace) {
        return client
                .resources(kind)
                .inNamespace(namespace)
                .withLabel(OURS, "datapath-operator")
                .list()
                .getItems()
                .stream();
    }
}
