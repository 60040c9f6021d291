package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.deploy.DeploySettings.NetworkPolicyMode;
import dev.datapath.operator.plan.ContainerPorts;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Builds the NetworkPolicy of gateways. The S3 ports are open to all, the metrics port to the operator and to monitoring, and no
 * other port is open. Probes come from the pod's own node, which a NetworkPolicy does not block.
 */
final class NetworkPolicies {
    private static final String TCP = "TCP";
    /** The DNS servers of OpenShift listen on the second port, behind port 53 of their Service. */
    private static final List<Integer> DNS = List.of(53, 5353);

    private NetworkPolicies() {}

    /** The policy; empty when it is disabled. */
    static Optional<NetworkPolicy> of(Fleet fleet, Collection<StoragePool> pools) {
        var mode = fleet.settings().networkPolicy();
        if (mode == NetworkPolicyMode.Off) {
            return Optional.empty();
        }
        var closed = mode == NetworkPolicyMode.IngressAndEgress;
        return Optional.of(new NetworkPolicyBuilder()
                .withMetadata(fleet.metadata(fleet.names().gateway()))
                .withNewSpec()
                .withPodSelector(fleet.selector())
                .withPolicyTypes(closed ? List.of("Ingress", "Egress") : List.of("Ingress"))
                .withIngress(ingress(fleet))
                .withEgress(closed ? egress(fleet, pools) : List.of())
                .endSpec()
                .build());
    }

    private static List<NetworkPolicyIngressRule> ingress(Fleet fleet) {
        var rules = new ArrayList<NetworkPolicyIngressRule>();
        var open = ServicePorts.of(fleet.plan()).open();
        // A rule without ports would allow all ports.
        if (!open.isEmpty()) {
            rules.add(new NetworkPolicyIngressRuleBuilder()
                    .withPorts(open.stream().map(port -> port(TCP, port)).toList())
                    .build());
        }
        var readers = new ArrayList<NetworkPolicyPeer>();
        readers.add(operator(fleet.settings()));
        if (!fleet.settings().monitoring().isEmpty()) {
            readers.add(namespaces(fleet.settings().monitoring()).build());
        }
        rules.add(new NetworkPolicyIngressRuleBuilder()
                .withFrom(readers)
                .withPorts(port(TCP, ContainerPorts.METRICS))
                .build());
        return rules;
    }

    private static List<NetworkPolicyEgressRule> egress(Fleet fleet, Collection<StoragePool> pools) {
        var rules = new ArrayList<NetworkPolicyEgressRule>();
        rules.add(new NetworkPolicyEgressRuleBuilder()
                .withPorts(DNS.stream()
                        .flatMap(port -> List.of(port("UDP", port), port(TCP, port)).stream())
                        .toList())
                .build());
        rules.add(new NetworkPolicyEgressRuleBuilder()
                .withTo(operator(fleet.settings()))
                .withPorts(port(TCP, fleet.settings().operator().xdsPort()))
                .build());
        rules.addAll(StoreEgress.of(fleet.plan(), pools).rules());
        return rules;
    }

    private static NetworkPolicyPeer operator(DeploySettings settings) {
        return namespaces(namespace(settings.operator().namespace()))
                .withNewPodSelector()
                .withMatchLabels(settings.operator().podLabels())
                .endPodSelector()
                .build();
    }

    static NetworkPolicyPeerBuilder namespaces(Map<String, String> labels) {
        return new NetworkPolicyPeerBuilder()
                .withNewNamespaceSelector()
                .withMatchLabels(labels)
                .endNamespaceSelector();
    }

    /** The label that every namespace has. */
    static Map<String, String> namespace(String name) {
        return Map.of("kubernetes.io/metadata.name", name);
    }

    static NetworkPolicyPort port(String protocol, int port) {
        return new NetworkPolicyPortBuilder()
                .withProtocol(protocol)
                .withPort(new IntOrString(port))
                .build();
    }
}
