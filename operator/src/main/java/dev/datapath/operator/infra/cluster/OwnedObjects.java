package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.deploy.GatewayNames;
import dev.datapath.operator.deploy.Labels;
import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.deploy.PoolObjects;
import dev.datapath.operator.kubernetes.EventSources;
import dev.datapath.operator.model.ObjectKey;
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
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Caches of the objects that were created for primaries: those that carry the operator's labels. A change of such an
 * object triggers a reconciliation of its primary. Lists are read in pages, and an object is cached as its {@link
 * OwnedForm}.
 *
 * @param <P> the kind of the primaries
 */
public final class OwnedObjects<P extends HasMetadata> implements ObjectLookup {
    /** The objects that run gateways, and their pods. */
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

    /** The only kind without a class of its own, because not every cluster has it. */
    private static final GroupVersionKind POD_MONITOR =
            new GroupVersionKind("monitoring.coreos.com", "v1", "PodMonitor");

    /** Index that finds the objects of one owner without a scan of its namespace. */
    private static final String OWNER = "owner";

    private final String label;
    private final BiPredicate<String, String> named;
    private final List<Class<? extends HasMetadata>> kinds;
    /** One event source for each kind and watched namespace. */
    private final Map<Class<? extends HasMetadata>, List<InformerEventSource<? extends HasMetadata, P>>> sources =
            new LinkedHashMap<>();

    private volatile @Nullable IndexerResourceCache<P> primaries;
    private volatile @Nullable KubernetesClient client;

    private OwnedObjects(String label, BiPredicate<String, String> named, List<Class<? extends HasMetadata>> kinds) {
        this.label = label;
        this.named = named;
        this.kinds = List.copyOf(kinds);
    }

    /**
     * The objects created for DataPaths.
     *
     * @param podMonitors whether the cluster has the PodMonitor CRD
     */
    public static OwnedObjects<DataPath> ofGateways(boolean podMonitors) {
        return new OwnedObjects<>(
                Labels.DATA_PATH,
                (dataPath, name) -> GatewayNames.of(dataPath).contains(name),
                podMonitors
                        ? Stream.concat(OF_GATEWAYS.stream(), Stream.of(GenericKubernetesResource.class))
                                .toList()
                        : OF_GATEWAYS);
    }

    /** Whether the cluster has the PodMonitor CRD. */
    public static boolean knowsPodMonitors(KubernetesClient client) {
        return client.supports(POD_MONITOR.apiVersion(), POD_MONITOR.getKind());
    }

    /** The objects created for StoragePools. */
    public static OwnedObjects<StoragePool> ofPools() {
        return new OwnedObjects<>(
                Labels.STORAGE_POOL, PoolObjects::isNameOf, List.of(Service.class, EndpointSlice.class));
    }

    public List<EventSource<?, P>> eventSources(EventSourceContext<P> context) {
        primaries = context.getPrimaryCache();
        client = context.getClient();
        var namespaces =
                context.getControllerConfiguration().getInformerConfig().getNamespaces();
        for (var kind : kinds) {
            // In one event source, the informers of several namespaces would share one store, and each would remove the
            // objects of the others.
            sources.put(
                    kind,
                    namespaces.stream()
                            .<InformerEventSource<? extends HasMetadata, P>>map(
                                    namespace -> source(context, kind, namespace))
                            .toList());
        }
        return sources.values().stream()
                .<EventSource<?, P>>flatMap(List::stream)
                .toList();
    }

    /**
     * The objects of a kind that an owner controls. Labels alone do not suffice, because anyone can copy them. Pods are
     * controlled by their workload, so all pods with the owner's labels are returned.
     */
    public <T extends HasMetadata> List<T> of(Class<T> kind, ObjectKey owner) {
        var labelled = labelled(kind, owner);
        if (kind == Pod.class) {
            return labelled;
        }
        return primaryCache()
                .get(EventSources.id(owner))
                .map(primary -> labelled.stream()
                        .filter(object -> Owners.controls(primary, object))
                        .toList())
                .orElse(List.of());
    }

    /** All primaries that exist. */
    public Stream<P> primaries() {
        return primaryCache().list();
    }

    private IndexerResourceCache<P> primaryCache() {
        var cache = primaries;
        if (cache == null) {
            throw new IllegalStateException("primaries are not watched");
        }
        return cache;
    }

    @Override
    public Optional<? extends HasMetadata> find(HasMetadata like) {
        return sources.containsKey(like.getClass()) ? find(like.getClass(), Identity.key(like)) : Optional.empty();
    }

    @Override
    public Collection<? extends HasMetadata> madeFor(HasMetadata owner) {
        var key = Identity.key(owner);
        return sources.keySet().stream()
                .filter(kind -> kind != Pod.class)
                .flatMap(kind -> labelled(kind, key).stream())
                .toList();
    }

    /** An object that carries the operator's labels, in its cached form. */
    public <T extends HasMetadata> Optional<T> find(Class<T> kind, ObjectKey name) {
        return sources(kind)
                .flatMap(source -> source.get(EventSources.id(name)).stream())
                .findFirst();
    }

    /**
     * The complete object, read from the API server when the cache does not hold all of it.
     *
     * @throws KubernetesClientException when the API server does not respond
     */
    public <T extends HasMetadata> Optional<T> whole(Class<T> kind, ObjectKey name) {
        var held = find(kind, name);
        var known = client;
        return held.isEmpty() || !OwnedForm.isPart(held.get()) || known == null
                ? held
                : Optional.ofNullable(known.resources(kind)
                        .inNamespace(name.namespace())
                        .withName(name.name())
                        .get());
    }

    private <T extends HasMetadata> List<T> labelled(Class<T> kind, ObjectKey owner) {
        return sources(kind)
                .flatMap(source -> source.byIndex(OWNER, owner.toString()).stream())
                .toList();
    }

    @SuppressWarnings("unchecked")
    private <T extends HasMetadata> Stream<InformerEventSource<T, P>> sources(Class<T> kind) {
        var known = sources.get(kind);
        if (known == null) {
            throw new IllegalStateException(kind.getSimpleName() + " is not watched");
        }
        return known.stream().map(source -> (InformerEventSource<T, P>) source);
    }

    private <T extends HasMetadata> InformerEventSource<T, P> source(
            EventSourceContext<P> context, Class<T> kind, String namespace) {
        var form = new OwnedForm(
                OwnedForm.Owner.of(context.getPrimaryResourceClass()),
                named,
                context.getClient().getKubernetesSerialization());
        var source = new InformerEventSource<T, P>(
                configuration(kind, context.getPrimaryResourceClass())
                        .withName("owned-" + kind.getSimpleName() + "-" + namespace)
                        .withNamespaces(namespace)
                        .withInformerListLimit(EventSources.PAGE)
                        .withItemStore(new Store<>(form))
                        .withLabelSelector(Labels.MANAGED_BY + "=" + Labels.OPERATOR + "," + label)
                        .withSecondaryToPrimaryMapper(object -> Set.of(EventSources.id(owner(object))))
                        .build(),
                context);
        source.addIndexer(OWNER, object -> List.of(owner(object).toString()));
        return source;
    }

    /** Stores objects in their cached form. */
    private static final class Store<T extends HasMetadata> extends BasicItemStore<T> {
        private final UnaryOperator<HasMetadata> form;

        Store(UnaryOperator<HasMetadata> form) {
            super(Cache::metaNamespaceKeyFunc);
            this.form = form;
        }

        @Override
        @SuppressWarnings("unchecked")
        public @Nullable T put(String key, T object) {
            return super.put(key, (T) form.apply(object));
        }
    }

    private ObjectKey owner(HasMetadata object) {
        var metadata = object.getMetadata();
        return new ObjectKey(metadata.getNamespace(), metadata.getLabels().getOrDefault(label, ""));
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
