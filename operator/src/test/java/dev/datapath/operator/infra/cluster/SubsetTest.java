package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SubsetTest {

    @Test
    void fieldsAddedByOthersAreNoDrift() {
        assertThat(isThere("spec: {a: 1}", "{spec: {a: 1, b: 2}, status: {c: 3}}"))
                .isTrue();
    }

    @Test
    void aFieldThatIsMissingOrDifferentIsDrift() {
        assertThat(isThere("spec: {a: 1}", "spec: {}")).isFalse();
        assertThat(isThere("spec: {a: 1}", "{}")).isFalse();
        assertThat(isThere("spec: {a: 1}", "spec: {a: 2}")).isFalse();
        assertThat(isThere("spec: {a: 1}", "spec: {a: \"1\"}")).isFalse();
        assertThat(isThere("spec: {a: {b: 1}}", "spec: {a: 1}")).isFalse();
        assertThat(isThere("spec: {a: true}", "spec: {a: false}")).isFalse();
    }

    @Test
    void anEmptyMapOrListEqualsAnAbsentOne() {
        assertThat(isThere("spec: {a: {}, b: []}", "spec: {}")).isTrue();
    }

    @Test
    void elementsOfAListMayHaveAdditionalFields() {
        assertThat(isThere("spec: {l: [{a: 1}, {b: 2}]}", "spec: {l: [{a: 1, d: 0}, {b: 2}]}"))
                .isTrue();
        assertThat(isThere("spec: {l: [{a: 1}, {b: 2}]}", "spec: {l: [{b: 2}, {a: 1}]}"))
                .isFalse();
        assertThat(isThere("spec: {l: [{a: 1}]}", "spec: {l: [{a: 1}, {b: 2}]}"))
                .isFalse();
        assertThat(isThere("spec: {l: [{a: 1}, {b: 2}]}", "spec: {l: [{a: 1}]}"))
                .isFalse();
        assertThat(isThere("spec: {l: [a, b]}", "spec: {l: [a, c]}")).isFalse();
    }

    @Test
    void listsWithKeysAreComparedByKey() {
        var wanted = "spec: {template: {spec: {containers: [{name: envoy, image: a}]}}}";
        assertThat(isThere(
                        wanted,
                        "spec: {template: {spec: {containers: [{name: sidecar, image: b}, {name: envoy, image: a}]}}}"))
                .isTrue();
        assertThat(isThere(
                        wanted,
                        "spec: {template: {spec: {containers: [{name: sidecar, image: a}, {name: envoy, image: b}]}}}"))
                .isFalse();
        assertThat(isThere(wanted, "spec: {template: {spec: {containers: [{name: other, image: a}]}}}"))
                .isFalse();
    }

    @Test
    void servicePortsAreMatchedByNumberAndProtocol() {
        var wanted = "spec: {ports: [{name: s3, port: 443, protocol: TCP, targetPort: 10443}]}";
        assertThat(
                        isThere(
                                wanted,
                                "spec: {ports: [{name: quic, port: 443, protocol: UDP}, {name: s3, port: 443, protocol: TCP, targetPort: 10443, nodePort: 30001}]}"))
                .isTrue();
        assertThat(isThere(wanted, "spec: {ports: [{name: s3, port: 443, protocol: TCP, targetPort: 443}]}"))
                .isFalse();
    }

    @Test
    void quantitiesAreComparedAsNumbers() {
        var wanted =
                "spec: {resources: {requests: {cpu: 1000m, memory: 1024Mi}, limits: {cpu: \"0.5\"}}, sizeLimit: 1Gi}";
        assertThat(
                        isThere(
                                wanted,
                                "spec: {resources: {requests: {cpu: \"1\", memory: 1Gi}, limits: {cpu: 500m}}, sizeLimit: 1024Mi}"))
                .isTrue();
        assertThat(
                        isThere(
                                wanted,
                                "spec: {resources: {requests: {cpu: \"1\", memory: 1G}, limits: {cpu: 500m}}, sizeLimit: 1024Mi}"))
                .isFalse();
    }

    @Test
    void textThatOnlyLooksLikeAQuantityIsText() {
        assertThat(isThere("metadata: {annotations: {a: 1000m}}", "metadata: {annotations: {a: \"1\"}}"))
                .isFalse();
    }

    @Test
    void numbersOfDifferentTypesAreEqual() {
        var wanted = new ObjectTree(Map.of("a", 5));
        assertThat(Subset.of(wanted, new ObjectTree(Map.of("a", 5L)))).isTrue();
        assertThat(Subset.of(wanted, new ObjectTree(Map.of("a", 6L)))).isFalse();
    }

    @Test
    void theDigestDoesNotDependOnTheOrderOfFields() {
        var serialization = new KubernetesSerialization();
        assertThat(tree("{spec: {a: 1, b: {c: 2, d: 3}}}").digest(serialization))
                .isEqualTo(tree("{spec: {b: {d: 3, c: 2}, a: 1}}").digest(serialization))
                .isNotEqualTo(tree("{spec: {a: 1, b: {c: 2, d: 4}}}").digest(serialization));
    }

    private static boolean isThere(String wanted, String actual) {
        return Subset.of(tree(wanted), tree(actual));
    }

    private static ObjectTree tree(String yaml) {
        return ObjectTree.of(
                Serialization.unmarshal("---\n" + yaml, GenericKubernetesResource.class),
                new KubernetesSerialization());
    }
}
