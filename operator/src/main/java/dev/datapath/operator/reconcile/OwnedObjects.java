package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.deploy.Labels;
import dev.datapath.operator.plan.ObjectKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The objects that were made for primaries, and what came of them: caches of those that carry our labels, whose changes have
 * the primary looked at again.
 *
 * @param <P> the kind of the primaries
 */
final class OwnedObjects<P extends HasMetadata> implements ObjectLookup {
    /** What runs gateways, and the pods that come of it. */
    private static final List<Class<? extends HasMetadata>> OF_GATEWAYS = List.of(
            Pod.class,
            Deployment.class,
            DaemonSet.class,
            Service.class,
            ConfigMap.class,
            Secret.class,
            ServiceAccount.class,
            NetworkPolicy.class,
            PodDisruptionBudget.class,
            HorizontalPodAutoscaler.class);

    /** The only kind without a class of its own, for not every cluster knows it. */
    private static final GroupVersionKind POD_MONITOR =
            new GroupVersionKind("monitoring.coreos.com", "v1", "PodMonitor");

    private final String label;
    private final List<Class<? extends HasMetadata>> kinds;
    private final Map<Class<? extends HasMetadata>, InformerEventSource<? extends HasMetadata, P>> sources =
            new LinkedHashMap<>();
    private volatile @Nullable IndexerResourceCache<P> primaries;

    private OwnedObjects(String label, List<Class<? extends HasMetadata>> kinds) {
        this.label = label;
        this.kinds = List.copyOf(kinds);
    }

    /**
     * What is made for DataPaths.
     *
     * @param podMonitors whether the cluster knows them
     */
    static OwnedObjects<DataPath> ofGateways(boolean podMonitors) {
        return new OwnedObjects<>(
                Labels.DATA_PATH,
                podMonitors
                        ? Stream.concat(OF_GATEWAYS.stream(), Stream.of(GenericKubernetesResource.class))
                                .toList()
                        : OF_GATEWAYS);
    }

    /** Whether the cluster knows PodMonitors. */
    static boolean knowsPodMonitors(KubernetesClient client) {
        return client.supports(POD_MONITOR.apiVersion(), POD_MONITOR.getKind());
    }

    /** What is made for StoragePools. */
    static OwnedObjects<StoragePool> ofPools() {
        return new OwnedObjects<>(Labels.STORAGE_POOL, List.of(Service.class, EndpointSlice.class));
    }

    List<EventSource<?, P>> eventSources(EventSourceContext<P> context) {
        primaries = context.getPrimaryCache();
        for (var kind : kinds) {
            sources.put(kind, source(context, kind));
        }
        return List.copyOf(sources.values());
    }

    /** The objects of a kind that were made for an owner. */
    <T extends HasMetadata> List<T> of(Class<T> kind, ObjectKey owner) {
        return source(kind)
                .list(
                        owner.namespace(),
                        object -> owner.name()
                                .equals(object.getMetadata().getLabels().get(label)))
                .toList();
    }

    /** All primaries that exist. */
    Stream<P> primaries() {
        var cache = primaries;
        if (cache == null) {
            throw new IllegalStateException("primaries are not watched");
        }
        return cache.list();
    }

    @Override
    public Optional<? extends HasMetadata> find(HasMetadata like) {
        return sources.containsKey(like.getClass()) ? find(like.getClass(), Kinds.key(like)) : Optional.empty();
    }

    @Override
    public Collection<? extends HasMetadata> madeFor(HasMetadata owner) {
        var key = Kinds.key(owner);
        return sources.keySet().stream()
                .filter(kind -> kind != Pod.class)
                .flatMap(kind -> of(kind, key).stream())
                .toList();
    }

    /** One object that carries our labels. */
    <T extends HasMetadata> Optional<T> find(Class<T> kind, ObjectKey name) {
        return source(kind).get(Kinds.id(name));
    }

    @SuppressWarnings("unchecked")
    private <T extends HasMetadata> InformerEventSource<T, P> source(Class<T> kind) {
        var source = sources.get(kind);
        if (source == null) {
            throw new IllegalStateException(kind.getSimpleName() + " is not watched");
        }
        return (InformerEventSource<T, P>) source;
    }

    private <T extends HasMetadata> InformerEventSource<T, P> source(EventSourceContext<P> context, Class<T> kind) {
        return new InformerEventSource<>(
                configuration(kind, context.getPrimaryResourceClass())
                        .withName("owned-" + kind.getSimpleName())
                        .withLabelSelector(Labels.MANAGED_BY + "=" + Labels.OPERATOR + "," + label)
                        .withSecondaryToPrimaryMapper(object -> Set.of(new ResourceID(
                                object.getMetadata().getLabels().get(label),
                                object.getMetadata().getNamespace())))
                        .build(),
                context);
    }

    @SuppressWarnings("unchecked")
    private static <T extends HasMetadata> InformerEventSourceConfiguration.Builder<T> configuration(
            Class<T> kind, Class<? extends HasMetadata> primary) {
        return kind == GenericKubernetesResource.class
                ? (InformerEventSourceConfiguration.Builder<T>)
                        InformerEventSourceConfiguration.from(POD_MONITOR, primary)
                : InformerEventSourceConfiguration.from(kind, primary);
    }
}
