package dev.datapath.operator.source.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.LeftOut;
import dev.datapath.operator.compile.References.ServicePort;
import dev.datapath.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServiceNodesTest {
    private static final ObjectKey RGW = new ObjectKey("ai", "rgw");
    private static final Service SERVICE = service(
            "rgw", "{ports: [{name: http, port: 80, targetPort: 8000}, {name: https, port: 443, targetPort: 8443}]}");
    private static final EndpointSlice SLICE = Serialization.unmarshal("""
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: rgw-x, namespace: ai, labels: {kubernetes.io/service-name: rgw}}
            addressType: IPv4
            ports: [{name: http, port: 8000}, {name: https, port: 8443}]
            endpoints:
            - {addresses: [10.0.0.2], conditions: {ready: true}, targetRef: {kind: Pod, name: rgw-1}, zone: b}
            - {addresses: [10.0.0.1], targetRef: {kind: Pod, name: rgw-0}}
            - {addresses: [10.0.0.3], conditions: {ready: false}, targetRef: {kind: Pod, name: rgw-2}}
            - {addresses: [10.0.0.4], conditions: {ready: true, terminating: true}}
            """, EndpointSlice.class);

    @Test
    void usesReadyPodsWithTheirContainerPorts() {
        assertThat(lookUp("http", SERVICE).endpoints())
                .containsExactly(
                        new Discovery.Endpoint("rgw-0", "10.0.0.1", 8000, ""),
                        new Discovery.Endpoint("rgw-1", "10.0.0.2", 8000, "b"));
    }

    @Test
    void aNumberDenotesAPortOfTheService() {
        assertThat(lookUp("443", SERVICE).endpoints())
                .extracting(Discovery.Endpoint::port)
                .containsOnly(8443);
        assertThat(lookUp("8443", SERVICE).failure()).contains("no port 8443", "http (80)", "https (443)");
    }

    /** HTTP/3 uses the port number of HTTPS. */
    @Test
    void aNumberUsedByUdpAndTcpDenotesTcp() {
        var service = service(
                "rgw", "{ports: [{name: quic, protocol: UDP, port: 443}, {name: https, protocol: TCP, port: 443}]}");
        var slice = Serialization.unmarshal("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: rgw-y, namespace: ai, labels: {kubernetes.io/service-name: rgw}}
                addressType: IPv4
                ports: [{name: quic, protocol: UDP, port: 4433}, {name: https, protocol: TCP, port: 8443}]
                endpoints: [{addresses: [10.0.0.2]}]
                """, EndpointSlice.class);
        for (var port : List.of("443", "https")) {
            assertThat(lookUps(port, service, slice).get("rgw:" + port).endpoints())
                    .as(port)
                    .extracting(Discovery.Endpoint::port)
                    .containsExactly(8443);
        }
        assertThat(lookUps("quic", service, slice).get("rgw:quic").failure()).contains("no port quic", "https (443)");
    }

    @Test
    void anExternalNameServiceHasNoNodes() {
        var service = service("rgw", "{type: ExternalName, externalName: rgw.example.com}");
        assertThat(lookUp("443", Contents.of(service).object()).failure())
                .contains("ExternalName", "rgw.example.com", "spec.nodes.dns");
    }

    /** Gateways in front of other gateways are allowed; in front of themselves they form a loop. */
    @Test
    void theServiceOfTheOwnGatewaysIsRejected() {
        var owned = new ServiceBuilder(SERVICE)
                .editMetadata()
                .addNewOwnerReference()
                .withApiVersion("datapath.dev/v1alpha1")
                .withKind("DataPath")
                .withName("training")
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();
        var held = Contents.of(owned).object();
        assertThat(lookUp("http", held))
                .isEqualTo(new Discovery.Lookup(
                        List.of(),
                        "Service rgw is the Service of the gateways of DataPath training, which would create a request"
                                + " loop: set the Service of the store"));
        held.getMetadata().getOwnerReferences().getFirst().setName("another");
        assertThat(lookUp("http", held).endpoints()).hasSize(2);
    }

    @Test
    void withoutAServiceTheSliceIsUsed() {
        assertThat(lookUp("8000", null).endpoints()).hasSize(2);
        assertThat(ServiceNodes.lookUps("training", List.of(new ServicePort(RGW, "http")), List.of(), List.of())
                        .get("rgw:http"))
                .satisfies(none -> assertThat(none.failure()).contains("no Service rgw"));
    }

    @Test
    void withoutAServiceThePortNameOfTheSliceIsUsed() {
        assertThat(lookUp("https", null).endpoints())
                .extracting(Discovery.Endpoint::port)
                .containsOnly(8443);
        assertThat(lookUp("other", null).endpoints()).isEmpty();
    }

    @Test
    void servicesOfOneNamespaceAreDistinguished() {
        var other = service("minio", "{ports: [{port: 9000}]}");
        // Created manually, for a machine outside the cluster: its port has no name, and its node is not an object.
        var slice = Serialization.unmarshal("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: minio-x, namespace: ai, labels: {kubernetes.io/service-name: minio}}
                addressType: IPv4
                ports: [{port: 9000}, {name: any}]
                endpoints: [{addresses: [10.1.0.1], targetRef: {kind: VirtualMachine}}]
                """, EndpointSlice.class);
        var found = ServiceNodes.lookUps(
                "training",
                List.of(new ServicePort(RGW, "http"), new ServicePort(new ObjectKey("ai", "minio"), "9000")),
                List.of(other, SERVICE),
                List.of(slice, SLICE));
        assertThat(found.get("rgw:http")).isEqualTo(lookUp("http", SERVICE));
        assertThat(found.get("minio:9000").endpoints())
                .containsExactly(new Discovery.Endpoint("10.1.0.1", "10.1.0.1", 9000, ""));
        assertThat(ServiceNodes.lookUps(
                                "training",
                                List.of(new ServicePort(new ObjectKey("ai", "minio"), "s3")),
                                List.of(other),
                                List.of(slice))
                        .get("minio:s3")
                        .failure())
                .endsWith("it has 9000");
    }

    @Test
    void aServiceWithoutPodsHasNoNodes() {
        var empty = Serialization.unmarshal("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: rgw-x, namespace: ai, labels: {kubernetes.io/service-name: rgw}}
                addressType: IPv4
                ports: null
                endpoints: null
                """, EndpointSlice.class);
        var found = ServiceNodes.lookUps(
                "training", List.of(new ServicePort(RGW, "http")), List.of(SERVICE), List.of(empty));
        assertThat(found.get("rgw:http")).isEqualTo(new Discovery.Lookup(List.of(), null));
    }

    /** The API server allows 20,000 ports and 1,000 endpoints in a slice, and one number in any number of ports. */
    @Test
    void aNumberInManyPortsOfASliceIsOnePort() {
        var slice = slice(1000, 20_000);
        var found = new AtomicReference<Discovery.Lookup>();
        assertThat(allocatedBy(() -> found.set(lookUps(List.of(), "9000", slice))))
                .isLessThan(16 << 20);
        assertThat(found.get().endpoints()).hasSize(1000);
    }

    @Test
    void theFirstEndpointsAreUsedInAnyOrderOfSlices() {
        var slices = IntStream.range(0, 5).mapToObj(i -> slice(i, 1000, 1)).toList();
        var found = lookUps(List.of(), "9000", slices.toArray(EndpointSlice[]::new));
        assertThat(found.endpoints()).hasSize(Discovery.MAX_ENDPOINTS);
        assertThat(found).isEqualTo(lookUps(List.of(), "9000", slices.reversed().toArray(EndpointSlice[]::new)));
    }

    @Test
    void onlyUsedPartsOfEndpointsAreCached() {
        var slice = new EndpointSliceBuilder(SLICE)
                .editFirstEndpoint()
                .addToDeprecatedTopology("long", "x".repeat(200_000))
                .addToAddresses("10.0.0.9")
                .withNewTargetRef()
                .withName("rgw-1")
                .withFieldPath("x".repeat(200_000))
                .endTargetRef()
                .endEndpoint()
                .editLastEndpoint()
                .withZone("x".repeat(200_000))
                .withNewTargetRef()
                .withName("x".repeat(200_000))
                .endTargetRef()
                .endEndpoint()
                .build();
        assertThat(Serialization.asJson(Contents.of(slice).object()).length()).isLessThan(1000);
        assertThat(lookUps("http", SERVICE, slice).get("rgw:http")).isEqualTo(lookUp("http", SERVICE));
    }

    @Test
    void slicesThatExceedTheMemoryAreReported() {
        var reduced = Contents.of(slice(1000, 1));
        assertThat(reduced.bytes()).isGreaterThan(500_000);
        var without = reduced.without().apply(new LeftOut(LeftOut.Why.NAMESPACE, reduced.bytes(), 1));
        assertThat(without.getEndpoints()).isEmpty();
        assertThat(lookUps(List.of(SERVICE), "http", without))
                .isEqualTo(new Discovery.Lookup(
                        List.of(),
                        "its EndpointSlices need more memory than the operator has for this namespace: delete unused"
                                + " EndpointSlices, or increase the memory limit of the operator"));
    }

    private static EndpointSlice slice(int endpoints, int ports) {
        return slice(0, endpoints, ports);
    }

    private static EndpointSlice slice(int network, int endpoints, int ports) {
        return new EndpointSliceBuilder()
                .withMetadata(SLICE.getMetadata())
                .withPorts(IntStream.range(0, ports)
                        .mapToObj(i -> new EndpointPortBuilder()
                                .withName("p" + i)
                                .withPort(9000)
                                .build())
                        .toList())
                .withEndpoints(IntStream.range(0, endpoints)
                        .mapToObj(i -> new EndpointBuilder()
                                .withAddresses("10." + network + "." + i / 250 + "." + i % 250)
                                .build())
                        .toList())
                .build();
    }

    private static long allocatedBy(Runnable run) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        run.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static Discovery.Lookup lookUps(List<Service> services, String port, EndpointSlice... slices) {
        return ServiceNodes.lookUps("training", List.of(new ServicePort(RGW, port)), services, List.of(slices))
                .get("rgw:" + port);
    }

    private static Discovery.Lookup lookUp(String port, Service service) {
        return ServiceNodes.lookUps(
                        "training",
                        List.of(new ServicePort(RGW, port)),
                        service == null ? List.of() : List.of(service),
                        List.of(SLICE))
                .get("rgw:" + port);
    }

    private static Service service(String name, String spec) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: ai}
                spec: %s
                """.formatted(name, spec), Service.class);
    }

    /** Look-ups from the cached form of the objects. */
    private static Map<String, Discovery.Lookup> lookUps(String port, Service service, EndpointSlice slice) {
        return ServiceNodes.lookUps(
                "training",
                List.of(new ServicePort(RGW, port)),
                List.of(Contents.of(service).object()),
                List.of(Contents.of(slice).object()));
    }
}
