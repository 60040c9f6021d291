package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cluster that does not give gateways what they need: their names, an address, their image. */
@Tag("tier4")
@ExtendWith({Installed.class, TroubledSite.Extension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterTroubleTest {
    /** Its load balancer is of a class that nobody serves. */
    private static final String LATE = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: late}
            spec:
              listeners: [{name: s3, protocol: HTTP, port: 8084}]
              poolRef: {name: store}
              gateway:
                replicas: 1
                resources: {requests: {cpu: 20m, memory: 64Mi}, limits: {memory: 512Mi}}
                service: %s
            """;

    private TroubledSite trouble;

    @BeforeAll
    void start(TroubledSite site) {
        trouble = site;
    }

    @Test
    @Order(1)
    void whatHasAGatewaysNameAndIsSomebodyElsesIsLeftAlone() throws InterruptedException {
        trouble.load().during(() -> {
            trouble.site().apply("""
                    apiVersion: v1
                    kind: Service
                    metadata: {name: late-gateway}
                    spec: {selector: {app: somebody-elses}, ports: [{port: 80}]}
                    ---
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: late-gateway-bootstrap}
                    data: {precious: "yes"}
                    ---
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: late-gateway}
                    spec:
                      replicas: 0
                      selector: {matchLabels: {app: somebody-elses}}
                      template:
                        metadata: {labels: {app: somebody-elses}}
                        spec: {containers: [{name: some, image: "datapath-e2e/store:1"}]}
                    """);
            trouble.site().apply(LATE.formatted("{type: LoadBalancer, loadBalancerClass: example.com/nobody}"));
            var remedy = " exists and does not belong to DataPath " + trouble.namespace()
                    + "/late, so it is not changed: delete it, or rename one of the two objects";
            Told.by(
                    () -> trouble.dataPath("late"),
                    "Programmed",
                    "False",
                    "Blocked",
                    "Service " + trouble.namespace() + "/late-gateway" + remedy,
                    "ConfigMap " + trouble.namespace() + "/late-gateway-bootstrap" + remedy,
                    "Deployment " + trouble.namespace() + "/late-gateway" + remedy);
            assertThat(List.of(
                            managers(Service.class, "late-gateway"),
                            managers(ConfigMap.class, "late-gateway-bootstrap"),
                            managers(Deployment.class, "late-gateway")))
                    .allSatisfy(managers -> assertThat(managers).isNotEmpty().doesNotContain("datapath-operator"));
            Told.by(trouble::dataPath, "Programmed", "True", "Programmed");

            for (var object :
                    List.of("service/late-gateway", "configmap/late-gateway-bootstrap", "deployment/late-gateway")) {
                trouble.delete(object);
            }
            await().atMost(Told.PATIENCE)
                    .untilAsserted(() -> assertThat(managers(Deployment.class, "late-gateway"))
                            .contains("datapath-operator"));
        });
    }

    /** Who has written to an object; nobody when it is not there. */
    private List<String> managers(Class<? extends HasMetadata> kind, String name) {
        var object = trouble.cluster()
                .client()
                .resources(kind)
                .inNamespace(trouble.namespace())
                .withName(name)
                .get();
        return object == null
                ? List.of()
                : object.getMetadata().getManagedFields().stream()
                        .map(ManagedFieldsEntry::getManager)
                        .toList();
    }

    @Test
    @Order(2)
    void aLoadBalancerThatNeverComesIsSaid() throws InterruptedException {
        trouble.load().during(() -> {
            Told.by(
                    () -> trouble.dataPath("late"),
                    "Programmed",
                    "False",
                    "AddressNotAssigned",
                    "no load balancer assigned an address to the Service",
                    trouble.namespace() + "/late",
                    "spec.gateway.service.loadBalancerClass");
            // A Service keeps its class for life.
            trouble.site().apply(LATE.formatted("{type: LoadBalancer, loadBalancerClass: example.com/another}"));
            Told.by(
                    () -> trouble.dataPath("late"),
                    "Programmed",
                    "False",
                    "Blocked",
                    "Service " + trouble.namespace() + "/late-gateway was rejected by the API server",
                    "spec.loadBalancerClass",
                    "Revert the change, or delete the object");
            trouble.site().apply(LATE.formatted("{type: ClusterIP}"));
            Told.by(() -> trouble.dataPath("late"), "Programmed", "True", "Programmed", "The gateway runs");
        });
        trouble.delete("datapath/late");
    }

    @Test
    @Order(3)
    void anImageThatCannotBePulledIsSaidAndNoGatewayLeaves() throws InterruptedException {
        var installation = trouble.installation();
        trouble.load().during(() -> {
            installation.upgrade(Map.of("gateway.image.tag", "no-such-tag"));
            Told.by(
                    trouble::dataPath,
                    "Programmed",
                    "True",
                    "Programmed",
                    "Warning: gateway training-gateway-",
                    "ImagePull",
                    "no-such-tag");
            assertThat(trouble.site().dataPath().getStatus().summary().ready()).isEqualTo("1/1");
            installation.upgrade(Map.of("gateway.image.tag", ""));
            await().atMost(Told.PATIENCE)
                    .untilAsserted(() -> assertThat(trouble.dataPath())
                            .filteredOn(condition -> condition.getType().equals("Programmed"))
                            .singleElement()
                            .satisfies(programmed -> {
                                assertThat(programmed.getStatus()).isEqualTo("True");
                                assertThat(programmed.getMessage()).doesNotContain("Warning: gateway");
                            }));
            installation.awaitOperators();
        });
    }
}
