package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The operators' pods. */
class DeploymentTest {

    static List<Path> cases() {
        return Chart.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyVariableIsText(Path folder) {
        assertThat(container(Chart.render(folder)).at("env").items())
                .filteredOn(variable -> !variable.at("valueFrom").exists())
                .allSatisfy(variable -> assertThat(variable.at("value").value())
                        .as(variable.at("name").text())
                        .isInstanceOf(String.class));
    }

    @Test
    void offIsUnderstoodAsYamlReadsIt() {
        assertThat(variable(Chart.renderValues("gateway: {networkPolicy: Off}"), "DATAPATH_GATEWAY_NETWORK_POLICY"))
                .isEqualTo(variable(
                        Chart.renderValues("gateway: {networkPolicy: \"Off\"}"), "DATAPATH_GATEWAY_NETWORK_POLICY"))
                .isEqualTo("Off");
    }

    @Test
    void namespacesThatLookLikeNumbersStayNames() {
        assertThat(Chart.renderValues("{namespaces: [\"123\"]}").ofKind("Role"))
                .extracting(role -> role.at("metadata", "namespace").value())
                .containsExactlyInAnyOrder("123", Chart.NAMESPACE);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theLabelsThatGatewaysKnowOperatorsByAreThoseOfThePods(Path folder) {
        var manifests = Chart.render(folder);
        var labels = manifests.only("Deployment").at("spec", "template", "metadata", "labels");
        assertThat(variable(manifests, "DATAPATH_OPERATOR_LABELS").split(","))
                .isNotEmpty()
                .allSatisfy(pair -> {
                    var label = pair.split("=", 2);
                    assertThat(labels.at(label[0]).text()).isEqualTo(label[1]);
                });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gatewaysAreToldTheNameOfTheService(Path folder) {
        var manifests = Chart.render(folder);
        var headless = manifests.ofKind("Service").stream()
                .filter(service -> service.at("spec", "clusterIP").text().equals("None"))
                .map(service -> service.at("metadata", "name").text())
                .toList();
        assertThat(headless).hasSize(1);
        assertThat(variable(manifests, "DATAPATH_XDS_HOST"))
                .isEqualTo(headless.getFirst() + "." + Chart.NAMESPACE + ".svc");
    }

    @Test
    void podsFitTheRestrictedStandard() {
        var pod = Chart.renderCase("default").only("Deployment").at("spec", "template", "spec");
        assertThat(pod.at("securityContext").value())
                .isEqualTo(Map.of("runAsNonRoot", true, "seccompProfile", Map.of("type", "RuntimeDefault")));
        assertThat(container(Chart.renderCase("default")).at("securityContext").value())
                .isEqualTo(Map.of(
                        "allowPrivilegeEscalation",
                        false,
                        "readOnlyRootFilesystem",
                        true,
                        "capabilities",
                        Map.of("drop", List.of("ALL"))));
    }

    private static Node container(Manifests manifests) {
        return manifests
                .only("Deployment")
                .at("spec", "template", "spec", "containers")
                .items()
                .getFirst();
    }

    private static String variable(Manifests manifests, String name) {
        return container(manifests).at("env").items().stream()
                .filter(variable -> variable.at("name").text().equals(name))
                .map(variable -> variable.at("value").text())
                .findFirst()
                .orElseThrow();
    }
}
