package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The objects that run the gateways of a DataPath. The Secrets they mount, {@link GatewayNames#identity} and
 * {@link GatewayNames#lastGood}, are built by {@link GatewaySecrets} when their content is available.
 */
public final class GatewayObjects {

    private GatewayObjects() {}

    /**
     * Only the NetworkPolicy; empty when it is disabled.
     *
     * @see #of
     */
    public static Optional<NetworkPolicy> networkPolicy(
            DataPath dataPath, GatewayPlan plan, Collection<StoragePool> pools, DeploySettings settings) {
        return NetworkPolicies.of(Fleet.of(dataPath, plan, settings), pools);
    }

    /**
     * All objects, in the order in which they must be applied: objects that a pod needs come before the workload.
     *
     * @param dataPath as read from the API server, with its uid
     * @param plan the plan of the gateways
     * @param pools StoragePools of the namespace, to distinguish nodes declared by address from resolved ones
     * @param bootstrap the files of the directory {@value GatewayContainer#BOOTSTRAP}, by name. A change of them replaces all
     *     gateways, because they are only read at start
     * @param settings settings of the operator
     */
    public static List<HasMetadata> of(
            DataPath dataPath,
            GatewayPlan plan,
            Collection<StoragePool> pools,
            Map<String, String> bootstrap,
            DeploySettings settings) {
        var fleet = Fleet.of(dataPath, plan, settings);
        return Stream.<Optional<? extends HasMetadata>>of(
                        Optional.of(BootstrapFiles.serviceAccount(fleet)),
                        Optional.of(BootstrapFiles.configMap(fleet, bootstrap)),
                        NetworkPolicies.of(fleet, pools),
                        Services.of(fleet),
                        Optional.of(Workloads.of(fleet, bootstrap)),
                        Disruptions.of(fleet),
                        Autoscalers.of(fleet),
                        Monitors.of(fleet))
                .flatMap(Optional::stream)
                .map(HasMetadata.class::cast)
                .toList();
    }
}
