package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.Finding;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.compile.References;
import dev.datapath.operator.compile.References.ServicePort;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.Targets;
import dev.datapath.operator.control.HostResolver;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gathers what DataPaths depend on, from caches that watches keep true. */
final class Gatherer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HostResolver resolver;
    private final InstantSource clock;
    private final NamedWatches<Secret> secrets;
    private final NamedWatches<ConfigMap> configMaps;
    private final NamedWatches<Service> services;
    private final NamedWatches<EndpointSlice> slices;
    private @Nullable Sources sources;

    private record Sources(
            InformerEventSource<StoragePool, DataPath> pools,
            InformerEventSource<RoutingPolicy, DataPath> policies,
            InformerEventSource<ServiceLevelObjective, DataPath> objectives) {
        void requireFilled() {
            Stream.of(pools, policies, objectives)
                    .filter(source -> !Kinds.filled(source))
                    .findFirst()
                    .ifPresent(source -> {
                        throw new KubernetesClientException("the list of all objects of kind " + source.name()
                                + " was never answered. Check the permissions of the operator's ServiceAccount and the"
                                + " operator's log");
                    });
        }
    }

    Gatherer(KubernetesClient client, HostResolver resolver, Neighbours neighbours, InstantSource clock) {
        this.resolver = resolver;
        this.clock = clock;
        secrets = byName(client.secrets(), neighbours, clock);
        configMaps = byName(client.configMaps(), neighbours, clock);
        services = byName(client.services(), neighbours, clock);
        slices = new NamedWatches<>(
                name -> client.discovery()
                        .v1()
                        .endpointSlices()
                        .inNamespace(name.namespace())
                        .withLabel(ServiceNodes.SERVICE_LABEL, name.name())
                        .runnableInformer(0),
                neighbours::look,
                PATIENCE,
                clock);
    }

    /** The event sources of the other kinds that a DataPath is made of. */
    List<EventSource<?, DataPath>> eventSources(EventSourceContext<DataPath> context) {
        var made = new Sources(
                Kinds.beside(context, StoragePool.class),
                Kinds.beside(context, RoutingPolicy.class),
                Kinds.beside(context, ServiceLevelObjective.class));
        sources = made;
        return List.of(made.pools(), made.policies(), made.objectives());
    }

    /**
     * Everything that a DataPath depends on; empty while host names that it needs for its first plan are looked up, and while the
     * API server has not answered for objects that it names. To compile without them would take nodes and certificates away from
     * gateways that have been running since before this operator. Never waits: what cannot be read is reported as such.
     *
     * @param lastGood what stays where the declared parts cannot be used
     * @param first whether there is no plan yet
     * @param room how much gateway configuration the DataPath may become, in bytes
     * @throws KubernetesClientException when it is not known what depends on what: a cache that was never filled must not pass for
     *     a cluster without pools and policies
     */
    Optional<ResourceSet> gather(DataPath dataPath, LastGood lastGood, boolean first, long room) {
        var known = sources();
        known.requireFilled();
        var namespace = dataPath.getMetadata().getNamespace();
        var user = Kinds.ref(dataPath);
        var pools = Kinds.sorted(known.pools(), namespace);
        resolver.want(References.hosts(known.pools().list(pool -> true).toList()));
        var references = References.of(List.of(dataPath), pools);
        var found = find(user, references);
        if (found.pending()) {
            return Optional.empty();
        }
        if (first
                && !found.discovery()
                        .hosts()
                        .keySet()
                        .containsAll(references.hosts().keySet())) {
            return Optional.empty();
        }
        return Optional.of(new ResourceSet(
                dataPath,
                pools,
                Kinds.sorted(known.policies(), namespace).stream()
                        .filter(policy -> Targets.include(policy, Kinds.key(dataPath)))
                        .toList(),
                Kinds.sorted(known.objectives(), namespace).stream()
                        .filter(objective -> Targets.include(objective, Kinds.key(dataPath)))
                        .toList(),
                found.secrets(),
                found.configMaps(),
                found.discovery(),
                lastGood,
                clock.instant(),
                Environment.CLUSTER,
                room));
    }

    /** What is wrong with a pool that no DataPath uses, and of which no compilation tells. */
    List<Finding> findings(StoragePool pool) {
        var found = find(Kinds.ref(pool), References.of(List.of(), List.of(pool)));
        if (found.pending()) {
            // The pool is reconciled again when the API server has answered.
            return List.of();
        }
        return Compiler.findingsOfPools(
                pool.getMetadata().getNamespace(),
                List.of(pool),
                found.secrets(),
                found.configMaps(),
                found.discovery(),
                clock.instant(),
                Environment.CLUSTER);
    }

    /** The object does not exist any more, or is looked after elsewhere; what only it referred to is watched no more. */
    void forget(ObjectRef object) {
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

    private record Found(boolean pending, List<Secret> secrets, List<ConfigMap> configMaps, Discovery discovery) {}

    private Found find(ObjectRef user, References references) {
        var known = new ArrayList<NamedWatches.Known>();
        var unreadable = new HashMap<String, String>();
        var ofSecrets = secrets.want(user, references.secrets());
        ofSecrets.unreadable().forEach((name, why) -> unreadable.put("Secret " + name, why));
        var ofConfigMaps = configMaps.want(user, references.configMaps());
        ofConfigMaps.unreadable().forEach((name, why) -> unreadable.put("ConfigMap " + name, why));
        var names = references.services().stream().map(ServicePort::service).collect(Collectors.toSet());
        var ofServices = services.want(user, names);
        var ofSlices = slices.want(user, names);
        known.addAll(List.of(ofSecrets, ofConfigMaps, ofServices, ofSlices));
        var hosts = resolver.discovery(user.namespace()).hosts().entrySet().stream()
                .filter(entry -> references.hosts().containsKey(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        var lookUps = new HashMap<>(
                ServiceNodes.lookUps(references.services(), services.objects(names), slices.objects(names)));
        references.services().forEach(port -> {
            var why = ofServices
                    .unreadable()
                    .getOrDefault(port.service(), ofSlices.unreadable().get(port.service()));
            if (why != null) {
                lookUps.put(port.key(), new Discovery.Lookup(List.of(), "it cannot be read: " + why));
            }
        });
        return new Found(
                known.stream().anyMatch(NamedWatches.Known::pending),
                byName(secrets.objects(references.secrets())),
                byName(configMaps.objects(references.configMaps())),
                new Discovery(hosts, lookUps, unreadable));
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
            NamedWatches<T> byName(MixedOperation<T, L, R> operation, Neighbours neighbours, InstantSource clock) {
        return new NamedWatches<>(
                name -> operation
                        .inNamespace(name.namespace())
                        .withName(name.name())
                        .runnableInformer(0),
                neighbours::look,
                PATIENCE,
                clock);
    }
}
