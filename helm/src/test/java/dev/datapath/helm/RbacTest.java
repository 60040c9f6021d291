package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the operator may do, and more so what it may not. */
class RbacTest {
    private static final Set<String> READING = Set.of("get", "list", "watch");

    static List<Path> cases() {
        return Chart.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void noRuleHasAWildcard(Path folder) {
        assertThat(rules(Chart.render(folder), "ClusterRole", "Role"))
                .allSatisfy(rule -> assertThat(rule.texts("apiGroups", "resources", "verbs", "resourceNames"))
                        .noneMatch(text -> text.contains("*")));
    }

    @Test
    void whereNamespacesAreListedNothingIsBoundForTheWholeCluster() {
        assertThat(Chart.renderCase("namespaces").ofKind("ClusterRoleBinding")).isEmpty();
        assertThat(Chart.renderCase("namespaces").ofKind("ClusterRole")).isEmpty();
    }

    @Test
    void whereNamespacesAreListedSecretsAreReadInThoseAlone() {
        var readers = Chart.renderCase("namespaces").ofKind("Role").stream()
                .filter(role -> role.at("rules").items().stream()
                        .map(Rule::new)
                        .anyMatch(rule -> rule.isAbout("secrets")
                                && rule.verbs().contains("get")
                                && rule.names().isEmpty()))
                .map(role -> role.at("metadata", "namespace").text());
        assertThat(readers).containsExactlyInAnyOrder("team-a", "team-b");
    }

    @Test
    void theRolesOfUsersSayNothingOfSecrets() {
        var users = Chart.renderValues("{namespaces: [team-a], rbac: {aggregate: true}}");
        assertThat(rules(users, "ClusterRole"))
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(rule.texts("apiGroups")).containsExactly("datapath.dev"));
    }

    @Test
    void leasesAndAuthorityAreForTheNamespaceOfTheReleaseAndByName() {
        var own = Chart.renderCase("namespaces").ofKind("Role").stream()
                .filter(role -> role.at("metadata", "namespace").text().equals(Chart.NAMESPACE))
                .flatMap(role -> role.at("rules").items().stream())
                .map(Rule::new)
                .toList();
        assertThat(own)
                .filteredOn(rule -> !rule.verbs().equals(List.of("create")))
                .extracting(Rule::names)
                .containsExactlyInAnyOrder(List.of("datapath-operator"), List.of("datapath-authority"));
        assertThat(own).flatExtracting(rule -> rule.texts("resources")).containsOnly("leases", "secrets");
        assertThat(rules(Chart.renderCase("default"), "ClusterRole")).noneMatch(rule -> rule.isAbout("leases"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSpecificationOfTheFourKindsIsNotTheOperatorsToWrite(Path folder) {
        for (var kind : List.of("datapaths", "storagepools", "routingpolicies", "servicelevelobjectives")) {
            assertThat(operatorRules(Chart.render(folder)))
                    .filteredOn(rule -> rule.isAbout(kind))
                    .allSatisfy(rule -> assertThat(READING).containsAll(rule.verbs()));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatUsersBringIsNeverDeleted(Path folder) {
        for (var resource : List.of("secrets", "configmaps", "serviceaccounts", "pods")) {
            assertThat(operatorRules(Chart.render(folder)))
                    .filteredOn(rule -> rule.isAbout(resource))
                    .allSatisfy(rule -> assertThat(rule.verbs()).doesNotContain("delete", "deletecollection"));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void noRuleIsAWayToMoreRights(Path folder) {
        assertThat(operatorRules(Chart.render(folder))).allSatisfy(rule -> {
            assertThat(rule.texts("apiGroups")).doesNotContain("rbac.authorization.k8s.io", "certificates.k8s.io");
            assertThat(rule.texts("resources"))
                    .doesNotContain("pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "nodes")
                    .doesNotContain("serviceaccounts/token");
            assertThat(rule.verbs()).doesNotContain("impersonate", "escalate", "bind", "deletecollection");
        });
        assertThat(operatorRules(Chart.render(folder)))
                .filteredOn(rule -> rule.isAbout("pods"))
                .allSatisfy(rule -> assertThat(READING).containsAll(rule.verbs()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bindingsNameTheServiceAccountOfThePods(Path folder) {
        var manifests = Chart.render(folder);
        var account = manifests.only("Deployment").at("spec", "template", "spec", "serviceAccountName");
        assertThat(Stream.of("RoleBinding", "ClusterRoleBinding").flatMap(kind -> manifests.ofKind(kind).stream()))
                .flatExtracting(binding -> binding.at("subjects").items())
                .allSatisfy(subject -> {
                    assertThat(subject.at("name")).isEqualTo(account);
                    assertThat(subject.at("namespace").text()).isEqualTo(Chart.NAMESPACE);
                });
    }

    private static List<Rule> rules(Manifests manifests, String... kinds) {
        return Stream.of(kinds)
                .flatMap(kind -> manifests.ofKind(kind).stream())
                .flatMap(role -> role.at("rules").items().stream())
                .map(Rule::new)
                .toList();
    }

    /** All but those of the roles that are for people. */
    private static List<Rule> operatorRules(Manifests manifests) {
        return Stream.of("ClusterRole", "Role")
                .flatMap(kind -> manifests.ofKind(kind).stream())
                .filter(role -> role.at("metadata", "labels").keys().stream()
                        .noneMatch(label -> label.contains("aggregate-to-")))
                .flatMap(role -> role.at("rules").items().stream())
                .map(Rule::new)
                .toList();
    }

    private record Rule(Node node) {
        List<String> verbs() {
            return texts("verbs");
        }

        List<String> names() {
            return texts("resourceNames");
        }

        boolean isAbout(String resource) {
            return texts("resources").contains(resource);
        }

        List<String> texts(String... fields) {
            return Stream.of(fields)
                    .flatMap(field -> node.at(field).texts().stream())
                    .toList();
        }
    }
}
