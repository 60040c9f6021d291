package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.util.List;

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
        long room) {
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

    public ResourceSet {
        pools = List.copyOf(pools);
        policies = List.copyOf(policies);
        objectives = List.copyOf(objectives);
        secrets = List.copyOf(secrets);
        configMaps = List.copyOf(configMaps);
    }
}
