package dev.datapath.operator.deploy;

import java.util.List;

/**
 * Names of the objects that run the gateways of a DataPath.
 *
 * @param gateway of the Deployment or DaemonSet, and of everything else that there is one of each: Service, ServiceAccount,
 *     PodDisruptionBudget, HorizontalPodAutoscaler, NetworkPolicy, PodMonitor
 * @param bootstrap the ConfigMap with what a gateway has to know before the operator tells it the rest
 * @param identity the Secret with the gateways' certificate towards the operator: {@code tls.crt}, {@code tls.key}, {@code ca.crt}
 * @param lastGood the Secret with the configuration that gateways start with while no operator is there
 * @param decisions the ConfigMap with the operator's decisions
 */
public record GatewayNames(String gateway, String bootstrap, String identity, String lastGood, String decisions) {

    /** The names for a DataPath of this name. */
    public static GatewayNames of(String dataPath) {
        var gateway = ObjectNames.label(dataPath, "-gateway");
        return new GatewayNames(
                gateway, gateway + "-bootstrap", gateway + "-identity", gateway + "-last-good", gateway + "-decisions");
    }

    /** Whether it is one of them. */
    public boolean contains(String name) {
        return List.of(gateway, bootstrap, identity, lastGood, decisions).contains(name);
    }
}
