package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeNamesTest {
    private static final String SERVICE = "{service: {name: rgw, port: s3}}";

    /** Two processes of a store on one host, behind a Service without selector: one EndpointSlice for each port. */
    @Test
    void twoPortsOfOneAddressAreTwoNodes() {
        assertThat(
                        endpoints(
                                "{name: 10.1.0.1, address: 10.1.0.1, port: 9000}, {name: 10.1.0.1, address: 10.1.0.1, port: 9001}"))
                .containsExactly("10.1.0.1 = 10.1.0.1 9000", "10.1.0.1:9001 = 10.1.0.1 9001");
        assertThat(
                        endpoints(
                                "{name: 'fd00::1', address: 'fd00::1', port: 9000}, {name: 'fd00::1', address: 'fd00::1', port: 9001}"))
                .containsExactly("[fd00::1]:9001 = fd00::1 9001", "fd00::1 = fd00::1 9000");
    }

    @Test
    void twoAddressesOfOneNameAreTwoNodes() {
        assertThat(
                        endpoints(
                                "{name: a, address: 10.1.0.1, port: 9000}, {name: a, address: 10.1.0.2, port: 9000}, {name: a, address: 10.1.0.2, port: 9001}"))
                .containsExactly("a = 10.1.0.1 9000", "a@10.1.0.2 = 10.1.0.2 9000", "a@10.1.0.2:9001 = 10.1.0.2 9001");
    }

    @Test
    void bothFamiliesOfOnePodAreOneNode() {
        assertThat(endpoints(
                        "{name: rgw-0, address: 10.1.0.1, port: 9000}, {name: rgw-0, address: 'fd00::1', port: 9000}"))
                .containsExactly("rgw-0 = 10.1.0.1 9000");
        assertThat(
                        endpoints(
                                "{name: rgw-0, address: 10.1.0.1, port: 9000}, {name: rgw-0, address: 10.1.0.1, port: 9001}, "
                                        + "{name: rgw-0, address: 'fd00::1', port: 9000}, {name: rgw-0, address: 'fd00::1', port: 9001}"))
                .containsExactly("rgw-0 = 10.1.0.1 9000", "rgw-0:9001 = 10.1.0.1 9001");
    }

    @Test
    void anEndpointThatIsListedTwiceIsOneNode() {
        assertThat(
                        endpoints(
                                "{name: a, address: 10.1.0.1, port: 9000, zone: x}, {name: a, address: 10.1.0.1, port: 9000, zone: y}"))
                .containsExactly("a = 10.1.0.1 9000");
    }

    /** No API server admits a static node of such a name. */
    @Test
    void aNameThatIsDeclaredIsNotGivenToAnotherNode() {
        assertThat(nodes("""
                        {static: [{name: a, address: store.test, port: 9000}, {name: 'a@10.0.0.1', address: 10.0.0.9, port: 9000}]}""", "hosts: {store.test: {endpoints: [{address: 10.0.0.1}, {address: 10.0.0.2}]}}", null))
                .containsExactly(
                        "a@10.0.0.1 = 10.0.0.9 9000", "a@10.0.0.1:9000 = 10.0.0.1 9000", "a@10.0.0.2 = 10.0.0.2 9000");
    }

    @Test
    void lastKnownNodesKeepTheirNames() {
        var both = compile(
                SERVICE,
                services(
                        "endpoints: [{name: 10.1.0.1, address: 10.1.0.1, port: 9000}, {name: 10.1.0.1, address: 10.1.0.1, port: 9001}]"),
                null);
        assertThat(nodes(SERVICE, services("endpoints: [], failure: no answer"), both))
                .containsExactly("10.1.0.1 = 10.1.0.1 9000", "10.1.0.1:9001 = 10.1.0.1 9001");
    }

    @Test
    void lastKnownNodesOfAHostAreNotThoseOfAnotherDeclaredNode() {
        var nodes = """
                {static: [{name: a, address: store.test, port: 9000}, {name: 'a@10.0.0.1', address: 10.0.0.9, port: 9000}]}""";
        var before = compile(nodes, "hosts: {store.test: {endpoints: [{address: 10.0.0.1}]}}", null);
        assertThat(nodes(nodes, "hosts: {store.test: {endpoints: [], failure: no answer}}", before))
                .containsExactly("a = 10.0.0.1 9000", "a@10.0.0.1 = 10.0.0.9 9000");
    }

    /** The target of a hand-made EndpointSlice can have any name, and a decision takes no longer one. */
    @Test
    void namesAreBounded() {
        var name = "p".repeat(300);
        assertThat(compile(
                                SERVICE,
                                services(
                                        "endpoints: [{name: %s, address: 10.1.0.1, port: 9000}, {name: %s, address: 10.1.0.1, port: 9001}]"
                                                .formatted(name, name)),
                                null)
                        .pools()
                        .getFirst()
                        .nodes())
                .hasSize(2)
                .allSatisfy(node -> assertThat(node.name()).hasSizeLessThanOrEqualTo(Decisions.LONGEST_NAME));
    }

    private static List<String> endpoints(String endpoints) {
        return nodes(SERVICE, services("endpoints: [" + endpoints + "]"), null);
    }

    private static String services(String lookUp) {
        return "services: {'rgw:s3': {" + lookUp + "}}";
    }

    private static List<String> nodes(String nodes, String found, GatewayPlan before) {
        return compile(nodes, found, before).pools().getFirst().nodes().stream()
                .map(NodeNamesTest::text)
                .toList();
    }

    private static String text(NodePlan node) {
        return node.name() + " = " + node.address() + " " + node.port();
    }

    private static GatewayPlan compile(String nodes, String found, GatewayPlan before) {
        return Compiler.compile(World.of("""
                        apiVersion: datapath.dev/v1alpha1
                        kind: DataPath
                        metadata: {name: d, namespace: n}
                        spec: {listeners: [{name: s3, protocol: HTTP, port: 8080}], poolRef: {name: store}}
                        ---
                        apiVersion: datapath.dev/v1alpha1
                        kind: StoragePool
                        metadata: {name: store, namespace: n}
                        spec: {nodes: %s}
                        ---
                        kind: World
                        %s
                        """.formatted(nodes, found)).resources(before))
                .plan();
    }
}
