package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPathStatus.Address;
import dev.datapath.api.v1alpha1.DataPathStatus.AddressType;
import io.fabric8.kubernetes.api.model.Service;
import java.util.List;
import java.util.stream.Stream;

/** Where clients reach the gateways behind a Service. */
final class Addresses {
    private Addresses() {}

    /** What a load balancer gave; for other types of Service its cluster address. Empty while there is none. */
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
