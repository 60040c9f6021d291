package dev.datapath.operator.source.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.References.ServicePort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The addresses behind a port of a Service, from its EndpointSlices. */
final class ServiceNodes {
    /** The label that links an EndpointSlice to its Service. */
    static final String SERVICE_LABEL = "kubernetes.io/service-name";
    /** Marks a slice whose content is omitted. Other annotations are not cached. */
    static final String LEFT_OUT = "datapath.dev/left-out";

    private static final Comparator<Discovery.Endpoint> ORDER = Comparator.comparing(Discovery.Endpoint::name)
            .thenComparing(Discovery.Endpoint::address)
            .thenComparingInt(Discovery.Endpoint::port)
            .thenComparing(Discovery.Endpoint::zone);

    private ServiceNodes() {}

    /**
     * The look-ups of all ports of one namespace, for one DataPath.
     *
     * @param dataPath name of the DataPath
     * @param services the referenced Services of the namespace
     * @param slices their EndpointSlices
     */
    static Map<String, Discovery.Lookup> lookUps(
            String dataPath,
            Collection<ServicePort> ports,
            Collection<Service> services,
            Collection<EndpointSlice> slices) {
        var lookUps = new HashMap<String, Discovery.Lookup>();
        for (var port : ports) {
            var name = port.service().name();
            var service = services.stream()
                    .filter(candidate -> candidate.getMetadata().getName().equals(name))
                    .findFirst()
                    .orElse(null);
            var own = slices.stream()
                    .filter(slice -> name.equals(slice.getMetadata().getLabels().get(SERVICE_LABEL)))
                    .toList();
            lookUps.put(port.key(), lookUp(dataPath, port, service, own));
        }
        return lookUps;
    }

    private static Discovery.Lookup lookUp(
            String dataPath, ServicePort port, @Nullable Service service, List<EndpointSlice> slices) {
        if (service == null && slices.isEmpty()) {
            return new Discovery.Lookup(
                    List.of(), "there is no Service " + port.service().name() + " in this namespace");
        }
        if (service != null && "ExternalName".equals(service.getSpec().getType())) {
            return new Discovery.Lookup(
                    List.of(),
                    "Service " + port.service().name()
                            + " is of type ExternalName, which has no endpoints: set the host "
                            + service.getSpec().getExternalName() + " in spec.nodes.dns instead");
        }
        if (service != null && isOfGateways(service, dataPath)) {
            return new Discovery.Lookup(
                    List.of(),
                    "Service " + port.service().name() + " is the Service of the gateways of DataPath " + dataPath
                            + ", which would create a request loop: set the Service of the store");
        }
        if (slices.stream().anyMatch(ServiceNodes::isLeftOut)) {
            return new Discovery.Lookup(
                    List.of(),
                    "its EndpointSlices need more memory than the operator has for this namespace: delete unused EndpointSlices,"
                            + " or increase the memory limit of the operator");
        }
        var wanted = portFilter(port.port(), service);
        if (wanted == null) {
            return new Discovery.Lookup(
                    List.of(),
                    "Service " + port.service().name() + " has no port " + port.port() + ": it has "
                            + ports(Objects.requireNonNull(service)));
        }
        return new Discovery.Lookup(endpoints(slices, wanted), null);
    }

    /**
     * The first endpoints by name, independent of the order of slices. Port numbers need not be unique in a slice, and
     * the API server limits only the number of ports in each slice.
     */
    private static List<Discovery.Endpoint> endpoints(List<EndpointSlice> slices, Predicate<EndpointPort> wanted) {
        var first = new TreeSet<>(ORDER);
        for (var slice : slices) {
            // The slices of a Service without pods have null for ports and endpoints.
            var ports = Objects.requireNonNullElse(slice.getPorts(), List.<EndpointPort>of()).stream()
                    .filter(wanted)
                    .map(EndpointPort::getPort)
                    .filter(Objects::nonNull)
                    .collect(Collectors.toSet());
            for (var endpoint : Objects.requireNonNullElse(slice.getEndpoints(), List.<Endpoint>of())) {
                if (takesRequests(endpoint)) {
                    ports.forEach(port -> {
                        first.add(node(endpoint, port));
                        if (first.size() > Discovery.MAX_ENDPOINTS) {
                            first.pollLast();
                        }
                    });
                }
            }
        }
        return List.copyOf(first);
    }

    private static boolean isLeftOut(EndpointSlice slice) {
        var annotations = slice.getMetadata().getAnnotations();
        return annotations != null && annotations.containsKey(LEFT_OUT);
    }

    private static boolean isOfGateways(Service service, String dataPath) {
        return service.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> Boolean.TRUE.equals(owner.getController())
                        && owner.getKind().equals(HasMetadata.getKind(DataPath.class))
                        && owner.getApiVersion().equals(HasMetadata.getApiVersion(DataPath.class))
                        && owner.getName().equals(dataPath));
    }

    /**
     * Slices name their ports as the Service does. A number denotes the Service's port of that number. Without a
     * Service (slices can be created manually) it denotes the port number in the slice. The same number may exist for
     * TCP and UDP; S3 uses TCP.
     */
    private static @Nullable Predicate<EndpointPort> portFilter(String port, @Nullable Service service) {
        boolean number = port.chars().allMatch(Character::isDigit);
        Predicate<EndpointPort> tcp = candidate -> isTcp(candidate.getProtocol());
        if (service == null) {
            return tcp.and(
                    number
                            ? candidate -> port.equals(String.valueOf(candidate.getPort()))
                            : candidate -> port.equals(candidate.getName()));
        }
        return tcpPorts(service)
                .filter(candidate ->
                        number ? port.equals(String.valueOf(candidate.getPort())) : port.equals(candidate.getName()))
                .findFirst()
                .map(found -> tcp.and(candidate -> Objects.requireNonNullElse(found.getName(), "")
                        .equals(Objects.requireNonNullElse(candidate.getName(), ""))))
                .orElse(null);
    }

    private static Stream<io.fabric8.kubernetes.api.model.ServicePort> tcpPorts(Service service) {
        return service.getSpec().getPorts().stream().filter(port -> isTcp(port.getProtocol()));
    }

    /** TCP is the default (API of v1 and discovery.k8s.io/v1). */
    private static boolean isTcp(@Nullable String protocol) {
        return protocol == null || protocol.equals("TCP");
    }

    /** A missing condition means true (API of discovery.k8s.io/v1). Gateways check the health of the endpoints. */
    private static boolean takesRequests(Endpoint endpoint) {
        var conditions = endpoint.getConditions();
        return conditions == null
                || (!Boolean.FALSE.equals(conditions.getReady()) && !Boolean.TRUE.equals(conditions.getTerminating()));
    }

    private static Discovery.Endpoint node(Endpoint endpoint, int port) {
        var address = endpoint.getAddresses().getFirst();
        var target = endpoint.getTargetRef();
        return new Discovery.Endpoint(
                target == null || target.getName() == null ? address : target.getName(),
                address,
                port,
                Objects.requireNonNullElse(endpoint.getZone(), ""));
    }

    private static String ports(Service service) {
        var ports = tcpPorts(service)
                .map(port -> port.getName() == null || port.getName().isEmpty()
                        ? String.valueOf(port.getPort())
                        : port.getName() + " (" + port.getPort() + ")")
                .collect(Collectors.joining(", "));
        return ports.isEmpty() ? "none for TCP" : ports;
    }
}
