package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.model.Decisions;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.CustomResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything that one DataPath depends on. All objects are of its namespace, in any order. Objects that it does not use have no
 * effect.
 *
 * @param dataPath the DataPath
 * @param pools StoragePools of the namespace
 * @param policies RoutingPolicies of the namespace
 * @param objectives ServiceLevelObjectives of the namespace
 * @param secrets Secrets that any of them references
 * @param configMaps ConfigMaps that any of them references
 * @param discovery resolved addresses of host names and Services
 * @param lastGood parts of the plan in force, which replace unusable declared parts
 * @param now the time against which the validity of certificates is checked
 * @param environment where the gateways run
 * @param room limit for the size of the gateway configuration in bytes, at most {@link #MOST_ROOM}
 * @param decisions the operator's own decisions
 */
public record ResourceSet(
        DataPath dataPath,
        List<StoragePool> pools,
        List<RoutingPolicy> policies,
        List<ServiceLevelObjective> objectives,
        List<Secret> secrets,
        List<ConfigMap> configMaps,
        Discovery discovery,
        LastGood lastGood,
        Instant now,
        Environment environment,
        long room,
        Decisions decisions) {
    /** The largest size limit of a DataPath, when other DataPaths do not use the memory. */
    public static final long MOST_ROOM = SizeLimit.MAX_BYTES;

    /** With the largest size limit. */
    public ResourceSet(
            DataPath dataPath,
            List<StoragePool> pools,
            List<RoutingPolicy> policies,
            List<ServiceLevelObjective> objectives,
            List<Secret> secrets,
            List<ConfigMap> configMaps,
            Discovery discovery,
            LastGood lastGood,
            Instant now,
            Environment environment) {
        this(
                dataPath,
                pools,
                policies,
                objectives,
                secrets,
                configMaps,
                discovery,
                lastGood,
                now,
                environment,
                MOST_ROOM);
    }

    /** Without decisions. */
    public ResourceSet(
            DataPath dataPath,
            List<StoragePool> pools,
            List<RoutingPolicy> policies,
            List<ServiceLevelObjective> objectives,
            List<Secret> secrets,
            List<ConfigMap> configMaps,
            Discovery discovery,
            LastGood lastGood,
            Instant now,
            Environment environment,
            long room) {
        this(
                dataPath,
                pools,
                policies,
                objectives,
                secrets,
                configMaps,
                discovery,
                lastGood,
                now,
                environment,
                room,
                Decisions.NONE);
    }

    public ResourceSet {
        pools = List.copyOf(pools);
        policies = List.copyOf(policies);
        objectives = List.copyOf(objectives);
        secrets = List.copyOf(secrets);
        configMaps = List.copyOf(configMaps);
    }

    /** A copy with other decisions. */
    public ResourceSet with(Decisions others) {
        return new ResourceSet(
                dataPath,
                pools,
                policies,
                objectives,
                secrets,
                configMaps,
                discovery,
                lastGood,
                now,
                environment,
                room,
                others);
    }

    /**
     * Whether another set compiles to the same plan: it contains the same states of the same objects, and its time differs by less
     * than {@code most}. Decisions do not change the plan.
     */
    public boolean isLike(ResourceSet other, Duration most) {
        return contents().equals(other.contents())
                && discovery.equals(other.discovery)
                && Duration.between(now, other.now).abs().compareTo(most) < 0;
    }

    /** Whether it contains this state of a policy, a pool or an objective. */
    public boolean holds(CustomResource<?, ?> object) {
        return Stream.of(policies, pools, objectives)
                .flatMap(List::stream)
                .anyMatch(held -> ObjectState.same(held, object));
    }

    private List<ObjectState> contents() {
        return Stream.<List<? extends HasMetadata>>of(
                        List.of(dataPath), pools, policies, objectives, secrets, configMaps)
                .flatMap(List::stream)
                .map(ObjectState::new)
                .toList();
    }
}
