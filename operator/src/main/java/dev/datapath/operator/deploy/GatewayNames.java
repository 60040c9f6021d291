package dev.datapath.operator.deploy;

import java.util.List;

/**
 * Names of the objects that run the gateways of a DataPath.
 *
 * @param gateway name of the Deployment or DaemonSet, and of the other objects that exist once: Service, ServiceAccount,
 *     PodDisruptionBudget, HorizontalPodAutoscaler, NetworkPolicy, PodMonitor
 * @param bootstrap the ConfigMap with the bootstrap files, which a gateway needs to connect to the operator
 * @param identity the Secret with the client certificate of gateways for the operator: {@code tls.crt}, {@code tls.key},
 *     {@code ca.crt}
 * @param lastGood the Secret with the configuration that gateways start with while no operator is available
 * @param decisions the ConfigMap with the operator's decisions
 */
public record GatewayNames(String gateway, String bootstrap, String identity, String lastGood, String decisions) {

    /** The names for a DataPath with this name. */
    public static GatewayNames of(String dataPath) {
        var gateway = ObjectNames.label(dataPath, "-gateway");
        return new GatewayNames(
                gateway, gateway + "-bootstrap", gateway + "-identity", gateway + "-last-good", gateway + "-decisions");
    }

    /** Whether it is one of these names. */
    public boolean contains(String name) {
        return List.of(gateway, bootstrap, identity, lastGood, decisions).contains(name);
    }
}
