package dev.datapath.operator.source.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.compile.References;
import dev.datapath.operator.compile.References.ServicePort;
import dev.datapath.operator.compile.Targets;
import dev.datapath.operator.engine.ObjectSource;
import dev.datapath.operator.kubernetes.EventSources;
import dev.datapath.operator.kubernetes.LeftOutObject;
import dev.datapath.operator.kubernetes.MemoryBudget;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The objects of a cluster, from caches that watches keep up to date. */
public final class ClusterObjects implements ObjectSource, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final NamedWatches<Secret> secrets;
    private final NamedWatches<ConfigMap> configMaps;
    private final NamedWatches<Service> services;
    private final NamedWatches<EndpointSlice> slices;
    private @Nullable Sources sources;

    private record Sources(
            InformerEventSource<StoragePool, DataPath> pools,
            InformerEventSource<RoutingPolicy, DataPath> policies,
            InformerEventSource<ServiceLevelObjective, DataPath> objectives) {
        void requireFilled(String namespace) {
            Stream.of(pools, policies, objectives)
                    .filter(source -> !EventSources.filled(source, namespace))
                    .findFirst()
                    .ifPresent(source -> {
                        throw new Unavailable(
                                "Kubernetes API request failed, retrying: the list of all objects of kind "
                                        + source.name()
                                        + " never succeeded. Check the permissions of the operator's ServiceAccount and the"
                                        + " operator's log");
                    });
        }
    }

    /** @param clock for elapsed time */
    public ClusterObjects(KubernetesClient client, Consumer<ObjectRef> onChange, InstantSource clock) {
        long memory = Runtime.getRuntime().maxMemory();
        var room = new MemoryBudget(memory);
        var names = new WatchBudget(memory);
        secrets = byName(client.secrets(), () -> new HeldObjects<>(Contents::of, room), onChange, clock, names);
        configMaps = byName(client.configMaps(), () -> new HeldObjects<>(Contents::of, room), onChange, clock, names);
        services = byName(client.services(), () -> new HeldObjects<>(Contents::of, room), onChange, clock, names);
        slices = new NamedWatches<>(
                name -> client.discovery()
                        .v1()
                        .endpointSlices()
                        .inNamespace(name.namespace())
                        .withLabel(ServiceNodes.SERVICE_LABEL, name.name())
                        .withLimit(EventSources.PAGE)
                        .runnableInformer(0),
                () -> new HeldObjects<>(Contents::of, room),
                onChange,
                PATIENCE,
                clock,
                names);
    }

    /** The event sources of the other kinds that a DataPath depends on. */
    public List<EventSource<?, DataPath>> eventSources(EventSourceContext<DataPath> context) {
        var made = new Sources(
                EventSources.beside(context, StoragePool.class),
                EventSources.beside(context, RoutingPolicy.class),
                EventSources.beside(context, ServiceLevelObjective.class));
        sources = made;
        return List.of(made.pools(), made.policies(), made.objectives());
    }

    @Override
    public Environment environment() {
        return Environment.CLUSTER;
    }

    @Override
    public Declared declared(DataPath dataPath) {
        var known = sources();
        // A cache that was never filled must not pass for a cluster without pools and policies.
        var key = Identity.key(dataPath);
        known.requireFilled(key.namespace());
        var pools = EventSources.sorted(known.pools(), key.namespace());
        var policies = EventSources.sorted(known.policies(), key.namespace());
        var objectives = EventSources.sorted(known.objectives(), key.namespace());
        Stream.of(List.of(dataPath), pools, policies, objectives)
                .flatMap(List::stream)
                .forEach(ClusterObjects::requireHeld);
        return new Declared(
                pools,
                policies.stream().filter(policy -> Targets.include(policy, key)).toList(),
                objectives.stream()
                        .filter(objective -> Targets.include(objective, key))
                        .toList());
    }

    /** What an object says that is left out, and which DataPaths it is about, is not known. */
    private static void requireHeld(HasMetadata object) {
        LeftOutObject.problem(object).ifPresent(problem -> {
            throw new Unavailable(Identity.ref(object) + " is not read, so gateways keep what they run: " + problem);
        });
    }

    @Override
    public Referenced find(ObjectRef user, References references) {
        var unreadable = new HashMap<String, String>();
        var ofSecrets = secrets.want(user, references.secrets());
        ofSecrets.unreadable().forEach((name, why) -> unreadable.put("Secret " + name, why));
        var ofConfigMaps = configMaps.want(user, references.configMaps());
        ofConfigMaps.unreadable().forEach((name, why) -> unreadable.put("ConfigMap " + name, why));
        var names = references.services().stream().map(ServicePort::service).collect(Collectors.toSet());
        var ofServices = services.want(user, names);
        var ofSlices = slices.want(user, names);
        var lookUps = new HashMap<>(ServiceNodes.lookUps(
                user.name(), references.services(), services.objects(names), slices.objects(names)));
        references.services().forEach(port -> {
            var why = ofServices
                    .unreadable()
                    .getOrDefault(port.service(), ofSlices.unreadable().get(port.service()));
            if (why != null) {
                lookUps.put(port.key(), new Discovery.Lookup(List.of(), "it cannot be read: " + why));
            }
        });
        return new Referenced(
                Stream.of(ofSecrets, ofConfigMaps, ofServices, ofSlices).anyMatch(NamedWatches.Known::pending),
                byName(secrets.objects(references.secrets())),
                byName(configMaps.objects(references.configMaps())),
                lookUps,
                unreadable);
    }

    @Override
    public void forget(ObjectRef object) {
        secrets.want(object, Set.of());
        configMaps.want(object, Set.of());
        services.want(object, Set.of());
        slices.want(object, Set.of());
    }

    @Override
    public void close() {
        secrets.close();
        configMaps.close();
        services.close();
        slices.close();
    }

    private Sources sources() {
        if (sources == null) {
            throw new IllegalStateException("the controller of DataPaths is not registered yet");
        }
        return sources;
    }

    private static <T extends HasMetadata> List<T> byName(List<T> objects) {
        return objects.stream()
                .sorted(Comparator.comparing(object -> object.getMetadata().getName()))
                .toList();
    }

    private static <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
            NamedWatches<T> byName(
                    MixedOperation<T, L, R> operation,
                    Supplier<HeldObjects<T>> stores,
                    Consumer<ObjectRef> onChange,
                    InstantSource clock,
                    WatchBudget names) {
        return new NamedWatches<>(
                name -> operation
                        .inNamespace(name.namespace())
                        .withName(name.name())
                        .runnableInformer(0),
                stores,
                onChange,
                PATIENCE,
                clock,
                names);
    }
}
