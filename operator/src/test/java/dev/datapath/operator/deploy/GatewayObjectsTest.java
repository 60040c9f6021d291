package dev.datapath.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.deploy.DeploySettings.NetworkPolicyMode;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which objects change when an input changes. */
class GatewayObjectsTest {
    private static final DeploySettings SETTINGS = new DeploySettings(
            "datapath/gateway:0.1.0",
            "IfNotPresent",
            List.of(),
            new DeploySettings.Operator("datapath-system", Map.of("app", "operator"), 18_000),
            Map.of(),
            NetworkPolicyMode.IngressAndEgress,
            false,
            Map.of(),
            new AllowedPlacement(Set.of(), Set.of(), true),
            true,
            Duration.ofSeconds(5),
            Duration.ofSeconds(10));
    private static final Map<String, String> BOOTSTRAP = Map.of("bootstrap.json", "{}");
    private static final String CLEAR = "{name: clear, protocol: HTTP, port: 80}";
    private static final String SECURE =
            "{name: secure, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: %s}]}}";
    private static final String SECRET = """
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: good, namespace: ai}
            type: kubernetes.io/tls
            stringData: {tls.crt: "${ed25519.crt}", tls.key: "${ed25519.key}"}
            """;

    @Test
    void newListenerReplacesNoGateway() {
        assertThat(template(objects(CLEAR, "{name: second, protocol: HTTP, port: 8080}")))
                .isEqualTo(template(objects(CLEAR)));
    }

    @Test
    void changedPoolReplacesNoGateway() {
        var pools = """
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: store, namespace: ai}
                spec: {nodes: {static: [{name: a, address: %s, port: 9000}]}}
                """;
        var before = world("poolRef: {name: store}, listeners: [" + CLEAR + "]", pools.formatted("10.0.0.1"));
        var after = world("poolRef: {name: store}, listeners: [" + CLEAR + "]", pools.formatted("10.0.0.2"));
        assertThat(template(of(after, BOOTSTRAP))).isEqualTo(template(of(before, BOOTSTRAP)));
        assertThat(one(NetworkPolicy.class, of(after, BOOTSTRAP)))
                .isNotEqualTo(one(NetworkPolicy.class, of(before, BOOTSTRAP)));
    }

    @Test
    void changedBootstrapReplacesTheGateways() {
        var world = world("listeners: [" + CLEAR + "]", "");
        assertThat(template(of(world, Map.of("bootstrap.json", "{\"a\": 1}"))))
                .isNotEqualTo(template(of(world, BOOTSTRAP)));
    }

    @Test
    void unservedListenerKeepsItsServicePortWithAClosedTarget() {
        // 10443 would be the target of port 443 if it were served.
        var objects = objects(SECURE.formatted("missing"), "{name: other, protocol: HTTP, port: 10443}");
        assertThat(one(Service.class, objects).getSpec().getPorts())
                .extracting(ServicePort::getName, port -> port.getTargetPort().getIntVal())
                .satisfiesExactly(
                        secure -> assertThat(secure.toList()).isEqualTo(List.of("secure", 1024)),
                        other -> assertThat(other.toList()).isEqualTo(List.of("other", 10_443)));
        assertThat(one(NetworkPolicy.class, objects)
                        .getSpec()
                        .getIngress()
                        .getFirst()
                        .getPorts())
                .extracting(port -> port.getPort().getIntVal())
                .containsExactly(10_443);
    }

    @Test
    void withoutServedListenersNoPortIsOpenToAll() {
        assertThat(one(NetworkPolicy.class, objects(SECURE.formatted("missing")))
                        .getSpec()
                        .getIngress())
                .allSatisfy(rule -> assertThat(rule.getFrom()).isNotEmpty());
    }

    @Test
    void servicePortsTargetTheListenersOfTheDataPath() {
        var objects = of(world("listeners: [" + SECURE.formatted("good") + "]", SECRET), BOOTSTRAP);
        assertThat(one(Service.class, objects).getSpec().getPorts())
                .singleElement()
                .satisfies(port -> assertThat(port.getTargetPort().getIntVal()).isEqualTo(10_443));
    }

    @Test
    void gracePeriodCoversTheDrain() {
        var objects = of(world("drain: {timeout: 2h}, listeners: [" + CLEAR + "]", ""), BOOTSTRAP);
        assertThat(template(objects).getSpec().getTerminationGracePeriodSeconds())
                .isGreaterThan(Duration.ofHours(2).plus(SETTINGS.drainDelay()).toSeconds());
    }

    @Test
    void dataPathWithoutSpecHasNoServiceAndNoError() {
        var world = World.of("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training, namespace: ai, uid: u}
                """);
        assertThat(of(world, BOOTSTRAP)).noneMatch(Service.class::isInstance).isNotEmpty();
    }

    @Test
    void equalInputsGiveEqualObjects() {
        assertThat(Serialization.asYaml(objects(CLEAR))).isEqualTo(Serialization.asYaml(objects(CLEAR)));
    }

    private static List<HasMetadata> objects(String... listeners) {
        return of(world("listeners: [" + String.join(", ", listeners) + "]", ""), BOOTSTRAP);
    }

    @Test
    void gatewayResourcesAreCorrectedToUsableValues() {
        var declared = "requests: {memory: 1Gi, cpu: \"2\"}, limits: {memory: \"512\", cpu: \"0\"}";
        var resources = template(of(
                        world("gateway: {resources: {" + declared + "}}, listeners: [" + CLEAR + "]", ""), BOOTSTRAP))
                .getSpec()
                .getContainers()
                .getFirst()
                .getResources();
        var least = new Quantity(String.valueOf(GatewayPlan.LEAST_MEMORY));
        assertThat(resources.getLimits()).isEqualTo(Map.of("memory", least));
        assertThat(resources.getRequests()).isEqualTo(Map.of("memory", least, "cpu", new Quantity("2")));
    }

    private static World world(String spec, String others) {
        return World.of("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training, namespace: ai, uid: u}
                spec: {%s}
                """.formatted(spec) + others);
    }

    private static List<HasMetadata> of(World world, Map<String, String> bootstrap) {
        var resources = world.resources(null);
        GatewayPlan plan = Compiler.compile(resources).plan();
        return GatewayObjects.of(resources.dataPath(), plan, resources.pools(), bootstrap, SETTINGS);
    }

    private static PodTemplateSpec template(List<HasMetadata> objects) {
        return one(Deployment.class, objects).getSpec().getTemplate();
    }

    private static <T> T one(Class<T> kind, List<HasMetadata> objects) {
        return objects.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow();
    }
}
