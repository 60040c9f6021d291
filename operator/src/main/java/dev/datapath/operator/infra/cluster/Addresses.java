package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPathStatus.Address;
import dev.datapath.api.v1alpha1.DataPathStatus.AddressType;
import io.fabric8.kubernetes.api.model.Service;
import java.util.List;
import java.util.stream.Stream;

/** The addresses at which clients reach the gateways behind a Service. */
final class Addresses {
    private Addresses() {}

    /**
     * The load balancer's addresses for a Service of type LoadBalancer, otherwise its cluster IPs. Empty while there
     * are none.
     */
    static List<Address> of(Service service) {
        if ("LoadBalancer".equals(service.getSpec().getType())) {
            return service.getStatus() == null || service.getStatus().getLoadBalancer() == null
                    ? List.of()
                    : service.getStatus().getLoadBalancer().getIngress().stream()
                            .flatMap(ingress -> Stream.concat(
                                    address(AddressType.IPAddress, ingress.getIp()),
                                    address(AddressType.Hostname, ingress.getHostname())))
                            .distinct()
                            .toList();
        }
        return service.getSpec().getClusterIPs().stream()
                .filter(address -> !address.equals("None"))
                .map(address -> new Address(AddressType.IPAddress, address))
                .toList();
    }

    private static Stream<Address> address(AddressType type, String value) {
        return value == null || value.isEmpty() ? Stream.empty() : Stream.of(new Address(type, value));
    }
}
