package dev.datapath.operator.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingRule;
import dev.datapath.operator.admission.ApiCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The deny rules of a policy that was never admitted are in force. */
class UnadmittedDenyTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final String HEAD =
            "apiVersion: datapath.dev/v1alpha1\nkind: RoutingPolicy\nmetadata: {name: rules, namespace: ai}\n";

    @TempDir
    private Path directory;

    private ManifestReader reader;

    @BeforeEach
    void reader() {
        reader = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
    }

    @Test
    void anInvalidSiblingRuleKeepsTheDeny() throws IOException {
        var rules = rules("""
                spec:
                  targetRefs: [{name: training}]
                  rules:
                  - {name: closed, matches: [{buckets: [secret]}], deny: {code: AccessDenied}}
                  - {name: bad, matches: [{buckets: [open]}], pools: [{name: store, weight: heavy}]}
                """);

        assertThat(rules.getSpec().rules()).singleElement().satisfies(rule -> {
            assertThat(rule.name()).isEqualTo("closed");
            assertThat(rule.matches().getFirst().buckets()).containsExactly("secret");
        });
        assertThat(rules.getSpec().targetRefs().getFirst().name()).isEqualTo("training");
    }

    @Test
    void aConditionOfTheWrongFormIsTreatedAsUnreadable() throws IOException {
        var rules = rules("""
                spec:
                  targetRefs: [{name: training}]
                  rules:
                  - {name: closed, matches: [{buckets: [secret], sourceCIDRs: 10.0.0.0/8, keyPrefix: 7}], deny: {code: Never}}
                """);

        var match = rules.getSpec().rules().getFirst().matches().getFirst();
        assertThat(match.buckets()).containsExactly("secret");
        assertThat(match.sourceCIDRs()).singleElement().asString().doesNotContain("10.0");
        assertThat(match.keyPrefix()).isNotNull().isNotEqualTo("7");
    }

    @Test
    void anUnreadableTargetMeansEveryDataPathOfTheNamespace() throws IOException {
        var deny = deny("""
                spec:
                  targetRefs: [{nam: training}]
                  rules: [{name: closed, matches: [{buckets: [secret]}], deny: {}}]
                """);

        assertThat(deny.at("ai", "other"))
                .get()
                .extracting(policy -> policy.getSpec().targetRefs().getFirst().name())
                .isEqualTo("other");
        assertThat(deny.at("ai", "other")).isEqualTo(deny.at("ai", "other"));
        assertThat(deny.at("elsewhere", "other")).isEmpty();
    }

    @Test
    void duplicatedConditionsDenyMoreThanEither() throws IOException {
        var rules = rules("""
                spec:
                  targetRefs: [{name: training}]
                  rules:
                  - name: closed
                    matches: [{buckets: [one]}]
                    matches: [{buckets: [two]}]
                    deny: {}
                  - name: prefix
                    matches:
                    - buckets: [three]
                      keyPrefix: a/
                      keyPrefix: b/
                      headers: [{name: x-a, value: a}]
                      headers: [{name: x-b, value: b}]
                    deny: {}
                """).getSpec().rules();

        assertThat(rules.getFirst().matches())
                .singleElement()
                .satisfies(match -> assertThat(match.buckets()).isEmpty());
        assertThat(rules.getLast().matches()).singleElement().satisfies(match -> {
            assertThat(match.buckets()).containsExactly("three");
            assertThat(match.keyPrefix()).isNotIn("a/", "b/");
            assertThat(match.headers())
                    .singleElement()
                    .satisfies(header -> assertThat(header.name()).isEmpty());
        });
    }

    /** It keeps no pools: what it forwards is not applied. */
    @Test
    void authenticationIsKeptAndUnreadableAuthenticationDeniesAll() throws IOException {
        var rules = rules("""
                spec:
                  targetRefs: [{name: training}]
                  rules:
                  - name: good
                    matches: [{buckets: [one]}]
                    authentication: {presigned: {maxExpiry: 1h}}
                    pools: [{name: store, weight: heavy}]
                  - {name: bad, matches: [{buckets: [two]}], authentication: {anonymus: Deny}, pools: [{name: store}]}
                  - {name: open, matches: [{buckets: [three]}], pools: [{name: store}]}
                """).getSpec().rules();

        assertThat(rules).hasSize(2).allSatisfy(rule -> assertThat(rule.pools()).isEmpty());
        assertThat(rules.getFirst().authentication())
                .isEqualTo(new RoutingRule.Authentication(null, new RoutingRule.Presigned(null, "1h")));
        assertThat(rules.getLast().authentication())
                .isEqualTo(new RoutingRule.Authentication(
                        RoutingRule.Permission.Deny, new RoutingRule.Presigned(RoutingRule.Permission.Deny, null)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"""
                spec:
                  targetRefs: [{name: training}]
                  rules: [{name: open, matches: [{buckets: [open]}], pools: [{name: store}]}]
                  rules: [{name: closed, matches: [{buckets: [secret]}], deny: {}}]
                """, """
                spec:
                  targetRefs: [{name: training}]
                  rules: [{name: open, matches: [{buckets: [open]}], pools: [{name: store}]}]
                spec:
                  rules: [{name: closed, matches: [{buckets: [secret]}], deny: {}}]
                """, """
                spec:
                spec:
                  targetRefs: [{name: training}]
                  rules:
                  rules: [{name: closed, matches: [{buckets: [secret]}], deny: {}}]
                """, """
                spec:
                  targetRefs: [{name: training}]
                  rules: {name: closed, matches: [{buckets: [secret]}], deny: {}}
                """, """
                spec:
                  targetRefs: [{name: training}]
                  rules: [{name: closed, matches: [{buckets: [secret]}], deny: }]
                """, """
                spec:
                  targetRefs: [{name: training}]
                  rules:
                  - name: closed
                    matches: [{buckets: [secret]}]
                    deny: {}
                    deny:
                """})
    void denyThatIsWrittenTwiceOrEmptyOrWithoutItsListDenies(String spec) throws IOException {
        assertThat(rules(spec).getSpec().rules()).singleElement().satisfies(rule -> {
            assertThat(rule.name()).isEqualTo("closed");
            assertThat(rule.deny()).isNotNull();
            assertThat(rule.matches())
                    .allSatisfy(match -> assertThat(match.buckets()).isIn(List.of("secret"), List.of()));
        });
    }

    @Test
    void emptyNamespaceIsTheDefaultNamespace() throws IOException {
        var head = HEAD.replace("namespace: ai", "namespace: ''");
        var rules = "spec:\n  targetRefs: [{name: training}]\n  rules: [{name: closed, deny: {code: %s}}]\n";
        Files.writeString(directory.resolve("rules.yaml"), head + rules.formatted("Never"));
        assertThat(reader.read().denies().getFirst().at("default", "training")).isPresent();

        Files.writeString(directory.resolve("rules.yaml"), head + rules.formatted("AccessDenied"));
        var set = reader.read();
        assertThat(set.findings()).isEmpty();
        assertThat(set.routingPolicies().getFirst().ref().namespace()).isEqualTo("default");
        assertThat(set.routingPolicies().getFirst().object().getMetadata().getNamespace())
                .isEqualTo("default");
    }

    @Test
    void unquotedNamespaceIsReadAsText() throws IOException {
        var text = HEAD.replace("namespace: ai", "namespace: '7'")
                + "spec:\n  targetRefs: [{name: training}]\n  rules: [{name: closed, deny: {}}]\n";
        Files.writeString(directory.resolve("rules.yaml"), text);
        reader.read();
        Files.writeString(directory.resolve("rules.yaml"), text.replace("'7'", "7"));

        var set = reader.read();

        assertThat(set.routingPolicies()).hasSize(1);
        assertThat(set.findings()).anyMatch(LocatedFinding::isError);
    }

    /** The same holds outside of a list. */
    @Test
    void listItemWithADuplicatedFieldIsNotAdmitted() throws IOException {
        Files.writeString(directory.resolve("rules.yaml"), """
                apiVersion: v1
                kind: List
                items:
                - apiVersion: datapath.dev/v1alpha1
                  kind: RoutingPolicy
                  metadata: {name: closed, namespace: ai}
                  spec:
                    targetRefs: [{name: training}]
                    rules: [{name: open, deny: {}, matches: [{buckets: [one]}]}]
                    rules: [{name: closed, deny: {}, matches: [{buckets: [two]}]}]
                - apiVersion: datapath.dev/v1alpha1
                  kind: RoutingPolicy
                  metadata: {name: right, namespace: ai}
                  spec:
                    targetRefs: [{name: training}]
                    rules: [{name: closed, deny: {}}]
                """);

        var set = reader.read();

        assertThat(set.routingPolicies())
                .extracting(policy -> policy.ref().name())
                .containsExactly("right");
        assertThat(set.denies())
                .singleElement()
                .satisfies(deny -> assertThat(deny.at("ai", "training")
                                .orElseThrow()
                                .getSpec()
                                .rules())
                        .hasSize(2));
    }

    @Test
    void policyWithoutADenyIsNotInForce() throws IOException {
        write("spec:\n  targetRefs: [{name: training}]\n  rules: [{name: a, pools: [{name: store, weight: heavy}]}]\n");

        assertThat(reader.read().denies()).isEmpty();
    }

    @Test
    void anAdmittedVersionTakesPrecedenceOverUnadmittedDenies() throws IOException {
        write("spec:\n  targetRefs: [{name: training}]\n  rules: [{name: a, deny: {}}]\n");
        reader.read();
        write("spec:\n  targetRefs: [{name: training}]\n  rules: [{name: a, deny: {code: Never}}]\n");

        var set = reader.read();

        assertThat(set.denies()).isEmpty();
        assertThat(set.routingPolicies()).hasSize(1);
    }

    private RoutingPolicy rules(String spec) throws IOException {
        return deny(spec).at("ai", "training").orElseThrow();
    }

    private UnadmittedDeny deny(String spec) throws IOException {
        write(spec);
        var set = reader.read();
        assertThat(set.objects()).isEmpty();
        assertThat(set.findings()).anyMatch(finding -> finding.message().contains("deny rules"));
        return set.denies().getFirst();
    }

    private void write(String spec) throws IOException {
        Files.writeString(directory.resolve("rules.yaml"), HEAD + spec);
    }
}
