package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.GatewayService;
import dev.datapath.api.v1alpha1.GatewayService.Type;
import dev.datapath.api.v1alpha1.Listener;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.ServiceSpecBuilder;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Builds the Service of the gateways. It has a port for each declared listener, also for one that cannot be served now. A port that
 * is removed and added again would get another node port, and its load balancer would be reconfigured.
 */
final class Services {

    private Services() {}

    /** The Service; empty when no listener is declared, because a Service needs a port. */
    static Optional<Service> of(Fleet fleet) {
        if (fleet.listeners().isEmpty()) {
            return Optional.empty();
        }
        var service = fleet.gateway().service();
        var outside = service.type() != Type.ClusterIP;
        var ports = ServicePorts.of(fleet.plan());
        return Optional.of(new ServiceBuilder()
                .withMetadata(new ObjectMetaBuilder(fleet.metadata(fleet.names().gateway()))
                        .withAnnotations(annotations(service))
                        .build())
                .withSpec(new ServiceSpecBuilder()
                        .withType(service.type().name())
                        .withExternalTrafficPolicy(
                                outside ? service.externalTrafficPolicy().name() : null)
                        .withLoadBalancerClass(service.type() == Type.LoadBalancer ? service.loadBalancerClass() : null)
                        .withSelector(fleet.selectorLabels())
                        .withPorts(fleet.listeners().stream()
                                .map(listener -> port(listener, ports))
                                .toList())
                        .build())
                .build());
    }

    private static ServicePort port(Listener listener, ServicePorts ports) {
        return new ServicePortBuilder()
                .withName(listener.name())
                .withProtocol("TCP")
                .withPort(listener.port())
                .withTargetPort(new IntOrString(ports.target(listener.port())))
                .build();
    }

    private static TreeMap<String, String> annotations(GatewayService service) {
        var annotations = new TreeMap<>(service.annotations());
        // Annotations with this prefix are set by the operator only, to record what was applied.
        annotations.keySet().removeIf(key -> key.startsWith("datapath.dev/"));
        return annotations;
    }
}
