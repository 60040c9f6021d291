package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.deploy.DeploySettings;
import dev.datapath.operator.deploy.GatewayContainer;
import dev.datapath.operator.deploy.GatewayObjects;
import dev.datapath.operator.envoy.Bootstrap;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.envoy.OperatorEndpoint;
import dev.datapath.operator.envoy.SdsFiles;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The objects that have to exist in the cluster to run the gateways of a DataPath. */
public final class DesiredObjects {
    private final OperatorSettings settings;
    private final DeploySettings deploy;

    /** @param podMonitors whether the cluster has the PodMonitor CRD */
    public DesiredObjects(OperatorSettings settings, boolean podMonitors) {
        this.settings = settings;
        deploy = settings.deploy().podMonitors() && !podMonitors
                ? settings.deploy().withoutPodMonitors()
                : settings.deploy();
    }

    List<HasMetadata> of(DataPath dataPath, GatewayPlan plan, Collection<StoragePool> pools) {
        return GatewayObjects.of(dataPath, plan, pools, bootstrap(plan), deploy);
    }

    Optional<NetworkPolicy> networkPolicy(DataPath dataPath, GatewayPlan plan, Collection<StoragePool> pools) {
        return GatewayObjects.networkPolicy(dataPath, plan, pools, deploy);
    }

    /** Findings for settings of the DataPath that the operator's configuration does not allow. */
    List<Finding> findings(DataPath dataPath) {
        return deploy.allowed().leftOut(dataPath).stream()
                .map(left -> new Finding(
                        Identity.ref(dataPath),
                        Finding.Severity.ERROR,
                        Reason.NotAllowed,
                        left.field(),
                        left.message()))
                .toList();
    }

    private Map<String, String> bootstrap(GatewayPlan plan) {
        var identity = Path.of(GatewayContainer.IDENTITY);
        var operator =
                OperatorEndpoint.cluster(settings.xdsHost(), settings.xdsPort(), Path.of(GatewayContainer.BOOTSTRAP));
        return Map.of(
                "bootstrap.json",
                Bootstrap.json(
                        BootstrapSpec.pod(plan.dataPath().toString(), plan.maxConnections(), plan.memoryLimit()),
                        operator),
                SdsFiles.CERTIFICATE,
                SdsFiles.certificate(identity),
                SdsFiles.AUTHORITIES,
                SdsFiles.authorities(identity));
    }
}
