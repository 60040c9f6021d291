package dev.datapath.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.deploy.PublishedNode.State;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PoolObjectsTest {
    private static final StoragePool POOL = pool("publishService: true");

    @Test
    void unpublishedPoolHasNoObjects() {
        assertThat(PoolObjects.of(pool("publishService: false"), List.of(ready("10.0.0.1", 9000))))
                .isEmpty();
    }

    @Test
    void publishedPoolIsAHeadlessServiceWithoutSelector() {
        var objects = PoolObjects.of(POOL, List.of(ready("10.0.0.2", 9000), ready("10.0.0.1", 9000)));
        assertThat(objects.stream().map(Serialization::asYaml).toList()).containsExactly("""
                ---
                apiVersion: "v1"
                kind: "Service"
                metadata:
                  labels:
                    app.kubernetes.io/component: "pool"
                    app.kubernetes.io/instance: "store"
                    app.kubernetes.io/managed-by: "datapath-operator"
                    app.kubernetes.io/name: "datapath-pool"
                    app.kubernetes.io/part-of: "datapath"
                    datapath.dev/storagepool: "store"
                  name: "store-pool"
                  namespace: "ai"
                  ownerReferences:
                  - apiVersion: "datapath.dev/v1alpha1"
                    kind: "StoragePool"
                    controller: true
                    name: "store"
                    uid: "u"
                spec:
                  clusterIP: "None"
                  ports:
                  - name: "s3"
                    port: 9000
                    protocol: "TCP"
                    targetPort: 9000
                  type: "ClusterIP"
                """, """
                ---
                apiVersion: "discovery.k8s.io/v1"
                kind: "EndpointSlice"
                metadata:
                  labels:
                    app.kubernetes.io/component: "pool"
                    app.kubernetes.io/instance: "store"
                    app.kubernetes.io/managed-by: "datapath-operator"
                    app.kubernetes.io/name: "datapath-pool"
                    app.kubernetes.io/part-of: "datapath"
                    datapath.dev/storagepool: "store"
                    kubernetes.io/service-name: "store-pool"
                    endpointslice.kubernetes.io/managed-by: "datapath-operator"
                  name: "store-pool-ipv4-9000"
                  namespace: "ai"
                  ownerReferences:
                  - apiVersion: "datapath.dev/v1alpha1"
                    kind: "StoragePool"
                    controller: true
                    name: "store"
                    uid: "u"
                addressType: "IPv4"
                endpoints:
                - addresses:
                  - "10.0.0.1"
                  conditions:
                    ready: true
                    serving: true
                    terminating: false
                  zone: "a"
                - addresses:
                  - "10.0.0.2"
                  conditions:
                    ready: true
                    serving: true
                    terminating: false
                  zone: "a"
                ports:
                - name: "s3"
                  port: 9000
                  protocol: "TCP"
                """);
    }

    @Test
    void eachPortAndAddressFamilyHasItsOwnSlice() {
        assertThat(slices(ready("10.0.0.1", 9000), ready("10.0.0.2", 9001), ready("2001:db8::1", 9000)))
                .extracting(slice -> slice.getMetadata().getName())
                .containsExactly("store-pool-ipv4-9000", "store-pool-ipv4-9001", "store-pool-ipv6-9000");
    }

    @Test
    void sliceHasAtMostTheEndpointsThatTheApiServerAccepts() {
        var nodes = IntStream.range(0, 2001)
                .mapToObj(i -> ready("10.1." + i / 250 + "." + i % 250, 9000))
                .toArray(PublishedNode[]::new);
        assertThat(slices(nodes))
                .extracting(slice -> slice.getEndpoints().size())
                .containsExactly(1000, 1000, 1);
    }

    @Test
    void drainingNodesServeAndDownNodesDoNot() {
        assertThat(slices(
                        new PublishedNode("10.0.0.1", 9000, "", State.Draining),
                        new PublishedNode("10.0.0.2", 9000, "", State.Down)))
                .flatExtracting(EndpointSlice::getEndpoints)
                .extracting(Endpoint::getConditions)
                .containsExactly(
                        new EndpointConditions(false, true, true), new EndpointConditions(false, false, false));
    }

    /** The API server rejects other forms. */
    @Test
    void addressesAreCanonical() {
        assertThat(slices(ready("2001:DB8:0:0:0:0:0:1", 9000)))
                .flatExtracting(EndpointSlice::getEndpoints)
                .flatExtracting(Endpoint::getAddresses)
                .containsExactly("2001:db8::1");
    }

    /** The API server would reject the whole slice because of one such address. */
    @Test
    void addressesInvalidInSlicesAreLeftOut() {
        var refused = Stream.of(
                "127.0.0.1",
                "169.254.1.1",
                "0.0.0.0",
                "239.1.1.1",
                "::",
                "::1",
                "0:0:0:0:0:0:0:1",
                "fe80::1",
                "ff02::1");
        assertThat(slices(Stream.concat(refused, Stream.of("10.0.0.1"))
                        .map(address -> ready(address, 9000))
                        .toArray(PublishedNode[]::new)))
                .flatExtracting(EndpointSlice::getEndpoints)
                .flatExtracting(Endpoint::getAddresses)
                .containsExactly("10.0.0.1");
    }

    @Test
    void orderOfNodesHasNoEffect() {
        var nodes = List.of(ready("10.0.0.1", 9000), ready("10.0.0.2", 9001), ready("10.0.0.3", 9000));
        assertThat(PoolObjects.of(POOL, nodes.reversed())).isEqualTo(PoolObjects.of(POOL, nodes));
    }

    @Test
    void poolWithUnknownNodesHasAService() {
        assertThat(PoolObjects.of(POOL, Collections.emptyList()))
                .singleElement()
                .isInstanceOfSatisfying(
                        Service.class,
                        service -> assertThat(
                                        service.getSpec().getPorts().getFirst().getPort())
                                .isEqualTo(9020));
    }

    private static List<EndpointSlice> slices(PublishedNode... nodes) {
        return PoolObjects.of(POOL, List.of(nodes)).stream()
                .filter(EndpointSlice.class::isInstance)
                .map((HasMetadata object) -> (EndpointSlice) object)
                .toList();
    }

    private static PublishedNode ready(String address, int port) {
        return new PublishedNode(address, port, "a", State.Ready);
    }

    private static StoragePool pool(String spec) {
        return Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: store, namespace: ai, uid: u}
                spec: {nodes: {dns: {hostname: s3.example.com, port: 9020}}, %s}
                """.formatted(spec), StoragePool.class);
    }
}
