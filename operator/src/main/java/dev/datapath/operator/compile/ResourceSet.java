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
 * Everything one DataPath depends on; all objects are of its namespace, in any order. Objects that it does not use do no
 * harm.
 *
 * @param dataPath the DataPath
 * @param pools StoragePools of the namespace
 * @param policies RoutingPolicies of the namespace
 * @param objectives ServiceLevelObjectives of the namespace
 * @param secrets Secrets that any of them names
 * @param configMaps ConfigMaps that any of them names
 * @param discovery addresses found for host names and Services
 * @param lastGood parts of the plan in force, which stay where the declared ones cannot be used
 * @param now what certificates are checked against
 * @param environment where the gateways run
 * @param room how many bytes of gateway configuration the DataPath may become, at most {@link #MOST_ROOM}
 * @param decisions what the operator itself decided
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
    /** What a DataPath has room for where other DataPaths leave it. */
    public static final long MOST_ROOM = SizeLimit.MOST_BYTES;

    /** With all the room that a DataPath can have. */
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

    /** The same set with other decisions. */
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
     * Whether another set of about the same time would be compiled to the same plan: it holds the same states of the same objects. Decisions
     * do not change the plan.
     */
    public boolean isLike(ResourceSet other, Duration most) {
        return contents().equals(other.contents())
                && discovery.equals(other.discovery)
                && Duration.between(now, other.now).abs().compareTo(most) < 0;
    }

    /** Whether it holds this very state of a policy, a pool or an objective. */
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
