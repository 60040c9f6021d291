package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** An API server that refuses the operator, or has no time for it. Services are what the operator wants to change meanwhile. */
@Tag("tier4")
@ExtendWith({Installed.class, TroubledSite.Extension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiServerTroubleTest {
    private static final String ROLE = "datapath-operator";

    private TroubledSite trouble;
    private ClusterRole rights;

    @BeforeAll
    void start(TroubledSite site) {
        trouble = site;
        rights = site.cluster().client().rbac().clusterRoles().withName(ROLE).require();
    }

    @AfterEach
    void giveBack() {
        giveRights(rights);
        trouble.site().apply(TroubledSite.DATA_PATH);
        trouble.site().awaitProgrammed();
    }

    @Test
    void aRightThatIsTakenAwayIsNamedAndItsReturnIsSeen() throws InterruptedException {
        trouble.load().during(() -> {
            giveRights(without("services"));
            annotateService("forbidden");
            Told.by(
                    trouble::dataPath,
                    "Programmed",
                    "False",
                    "Blocked",
                    "Service " + trouble.namespace() + "/training-gateway was rejected by the API server",
                    "cannot patch resource \"services\"");
            giveRights(rights);
            Told.by(trouble::dataPath, "Programmed", "True", "Programmed");
            assertThat(serviceAnnotations()).containsEntry("trouble", "forbidden");
        });
    }

    @Test
    void aSecretThatMayNotBeReadIsNamedAndReadAsSoonAsItMay() throws InterruptedException {
        trouble.load().during(() -> {
            giveRights(without("secrets"));
            trouble.site().apply(TroubledSite.DATA_PATH.replace(TroubledSite.CERTIFICATE, "unreadable"));
            Told.by(
                    trouble::dataPath,
                    "ResolvedRefs",
                    "False",
                    "SecretNotFound",
                    "Secret " + trouble.namespace() + "/unreadable cannot be read",
                    "Check the permissions of the operator's ServiceAccount");
            giveRights(rights);
            Told.by(trouble::dataPath, "ResolvedRefs", "False", "SecretNotFound", "/unreadable does not exist");
            Told.by(trouble::dataPath, "Programmed", "True", "Programmed");
        });
    }

    /** New operators, which have never seen the policy that is in force. */
    @Test
    void operatorsThatMayNotListPoliciesTakeNoneAway() throws InterruptedException {
        ClosedBucket.at(trouble.site(), trouble.s3(), "unlisted");
        trouble.load().during(() -> {
            giveRights(without("routingpolicies"));
            trouble.cluster().kubectl("delete", "pods", "--all", "-n", Installation.NAMESPACE);
            Told.by(
                    trouble::dataPath,
                    "Programmed",
                    "False",
                    "Blocked",
                    "the list of all objects of kind RoutingPolicy never succeeded");
            assertThat(HeadBucket.status(trouble.s3(), "unlisted")).isEqualTo(403);
            giveRights(rights);
            Told.by(trouble::dataPath, "Programmed", "True", "Programmed");
            assertThat(HeadBucket.status(trouble.s3(), "unlisted")).isEqualTo(403);
        });
        trouble.installation().awaitOperators();
        trouble.delete("routingpolicy/closed");
    }

    @Test
    void whenStatusMayNotBeWrittenTheLogSaysSo() throws InterruptedException {
        trouble.load().during(() -> {
            giveRights(without("datapaths/status"));
            annotateService("mute");
            await().atMost(Told.PATIENCE)
                    .untilAsserted(() -> assertThat(serviceAnnotations()).containsEntry("trouble", "mute"));
            await().atMost(Told.PATIENCE)
                    .untilAsserted(() -> assertThat(trouble.cluster()
                                    .kubectl("logs", trouble.installation().leader(), "-n", Installation.NAMESPACE))
                            .as("a log whose lines are JSON")
                            .contains("cannot patch resource \\\"datapaths/status\\\""));
            giveRights(rights);
            trouble.site().awaitProgrammed();
        });
    }

    @Test
    void anApiServerWithoutTimeIsAskedAgainUntilItHas() throws InterruptedException {
        var leader = trouble.installation().leader();
        trouble.load().during(() -> {
            try (var busy = new BusyApiServer(trouble.cluster())) {
                annotateService("late");
                await().atMost(Told.PATIENCE).until(() -> busy.refused() > 2);
                assertThat(serviceAnnotations()).doesNotContainEntry("trouble", "late");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            await().atMost(Told.PATIENCE)
                    .untilAsserted(() -> assertThat(serviceAnnotations()).containsEntry("trouble", "late"));
            trouble.site().awaitProgrammed();
        });
        assertThat(trouble.installation().leader()).isEqualTo(leader);
        assertThat(trouble.installation().operators())
                .allSatisfy(pod -> assertThat(pod.getStatus().getContainerStatuses())
                        .allSatisfy(container ->
                                assertThat(container.getRestartCount()).isZero()));
    }

    /** Has the operator want to change its Service. */
    private void annotateService(String value) {
        trouble.site()
                .apply(TroubledSite.DATA_PATH.stripTrailing() + "\n    service: {annotations: {trouble: " + value
                        + "}}\n");
    }

    private Map<String, String> serviceAnnotations() {
        return Objects.requireNonNullElse(
                trouble.cluster()
                        .client()
                        .resources(Service.class)
                        .inNamespace(trouble.namespace())
                        .withName("training-gateway")
                        .require()
                        .getMetadata()
                        .getAnnotations(),
                Map.of());
    }

    /** The operator's rights but for what they say of one kind. */
    private ClusterRole without(String resource) {
        return new ClusterRoleBuilder(rights)
                .withRules(rights.getRules().stream()
                        .map(rule -> new PolicyRuleBuilder(rule)
                                .removeFromResources(resource)
                                .build())
                        .filter(rule -> !rule.getResources().isEmpty())
                        .toList())
                .build();
    }

    private void giveRights(ClusterRole role) {
        var client = trouble.cluster().client();
        client.rbac()
                .clusterRoles()
                .withName(ROLE)
                .edit(now ->
                        new ClusterRoleBuilder(now).withRules(role.getRules()).build());
    }
}
