package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.References;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.names.HostResolver;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Gathers the inputs of DataPaths: declared objects, the objects that these reference, and the addresses of host names. Never
 * blocks.
 */
final class Gatherer {
    private final ObjectSource source;
    private final HostResolver resolver;
    private final InstantSource clock;

    private record Found(ObjectSource.Referenced objects, Discovery discovery, boolean resolved) {}

    Gatherer(ObjectSource source, HostResolver resolver, InstantSource clock) {
        this.source = source;
        this.resolver = resolver;
        this.clock = clock;
    }

    /**
     * Everything that a DataPath depends on. Empty while an object is pending, and while the host names for its first plan are
     * being resolved, until {@link HostResolver} has answered or timed out for each. A plan without them would remove nodes and
     * certificates from gateways that were running before this operator started.
     *
     * @param lastGood replaces unusable declared parts
     * @param first whether there is no plan yet
     * @param room the size limit for the gateway configuration of the DataPath in bytes
     * @throws ObjectSource.Unavailable when the declared objects are unknown
     */
    Optional<ResourceSet> gather(DataPath dataPath, LastGood lastGood, boolean first, long room) {
        var declared = source.declared(dataPath);
        var found = find(Identity.ref(dataPath), References.of(List.of(dataPath), declared.pools()));
        if (found.objects().pending() || (first && !found.resolved())) {
            return Optional.empty();
        }
        return Optional.of(new ResourceSet(
                dataPath,
                declared.pools(),
                declared.policies(),
                declared.objectives(),
                found.objects().secrets(),
                found.objects().configMaps(),
                found.discovery().withOwn(source.listeners(dataPath)),
                lastGood,
                clock.instant(),
                source.environment(),
                room));
    }

    /** The findings on a pool that no DataPath uses. Empty while an object that it references is pending. */
    Optional<List<Finding>> findings(StoragePool pool) {
        var found = find(Identity.ref(pool), References.of(List.of(), List.of(pool)));
        return found.objects().pending()
                ? Optional.empty()
                : Optional.of(Compiler.findingsOfPools(
                        pool.getMetadata().getNamespace(),
                        List.of(pool),
                        found.objects().secrets(),
                        found.objects().configMaps(),
                        found.discovery(),
                        clock.instant(),
                        source.environment()));
    }

    /** Stops watching and resolving references that only this object has. */
    void forget(ObjectRef object) {
        source.forget(object);
        resolver.want(object, Collections.emptySortedMap());
    }

    private Found find(ObjectRef user, References references) {
        resolver.want(user, references.hosts());
        var objects = source.find(user, references);
        var hosts = resolver.discovery(user.namespace()).hosts().entrySet().stream()
                .filter(entry -> references.hosts().containsKey(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return new Found(
                objects,
                new Discovery(hosts, objects.services(), objects.unreadable(), Map.of()),
                hosts.keySet().containsAll(references.hosts().keySet()));
    }
}
