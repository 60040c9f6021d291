package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.DataPath;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.services.s3.S3Client;

/** A release that serves one namespace, with certificates of so short a life that one authority follows another while it is watched. */
@Tag("tier4")
@ExtendWith(Vacant.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CertificateRotationTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private K3sCluster cluster;
    private Site site;
    private Installation installation;

    @AutoClose
    private S3Client s3;

    private UnderLoad load;
    private AuditLog before;

    @BeforeAll
    void install(Site vacant) throws IOException {
        site = vacant;
        cluster = vacant.cluster();
        before = cluster.audit();
        installation = Installation.of(
                Installation.CHART,
                cluster,
                Map.of(
                        "namespaces[0]", site.namespace(),
                        "certificates.authorityLifetime", "120s",
                        "certificates.certificateLifetime", "40s"));
        site.declare();
        s3 = site.s3();
        load = UnderLoad.at(s3);
    }

    @Test
    @Order(1)
    void oneAuthorityFollowsAnotherAndNobodyNotices() throws InterruptedException {
        var first = authority().get("current.crt");
        var gateways = Pods.names(site.gateways());
        var said = new ConcurrentSkipListSet<String>();
        try (var watch = whatStatusSays(said)) {
            load.during(() -> await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(authority().values())
                        .as("the first authority is trusted no more")
                        .noneMatch(text -> text.contains(first));
                assertThat(isIssuedBy(identity().get("tls.crt"), authority().get("current.crt")))
                        .as("gateways have a certificate of the next one")
                        .isTrue();
            }));
        }
        assertThat(said).as("what status said").containsExactly("True 2/2 2/2");
        assertThat(Pods.names(site.gateways()))
                .as("gateways that were only between two connections stay")
                .isEqualTo(gateways);
        // What the first authority had certified connects no more, and no connection is as old as that.
        ClosedBucket.at(site, s3, "after-the-authority");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(site.synced()).isEqualTo("2/2"));
    }

    private Watch whatStatusSays(Set<String> said) {
        return cluster.client()
                .resources(DataPath.class)
                .inNamespace(site.namespace())
                .withName("training")
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, DataPath dataPath) {
                        var summary = dataPath.getStatus().summary();
                        said.add(Site.condition(dataPath, "Programmed")
                                        .orElseThrow()
                                        .getStatus()
                                + " " + summary.synced() + " " + summary.ready());
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        said.add("the watch ended: " + cause.getMessage());
                    }
                });
    }

    private Map<String, String> authority() {
        return secret(Installation.NAMESPACE, "datapath-authority");
    }

    private Map<String, String> identity() {
        return secret(site.namespace(), "training-gateway-identity");
    }

    private Map<String, String> secret(String namespace, String name) {
        return cluster.client().secrets().inNamespace(namespace).withName(name).require().getData().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> new String(Base64.getDecoder().decode(entry.getValue()), StandardCharsets.UTF_8)));
    }

    private static boolean isIssuedBy(String certificate, String authority) throws CertificateException {
        try {
            x509(certificate).verify(x509(authority).getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Certificate x509(String pem) throws CertificateException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    @Order(2)
    void whoServesOneNamespaceAsksForNothingOfAllAndForNothingThatItMayNotHave() {
        assertThat(cluster.audit().since(before).requests())
                .isNotEmpty()
                .filteredOn(request -> request.code() == 403
                        || (request.namespace().isEmpty() && request.resource().equals("secrets")))
                .isEmpty();
    }

    /** Not in the order that docs/install.md recommends: gateways outlive the operators, and go with their DataPath. */
    @Test
    @Order(3)
    void anUninstallationTheWrongWayRoundLeavesNothingBehindEither() throws InterruptedException {
        load.during(installation::uninstall);
        cluster.kubectl("delete", "datapath,storagepool,routingpolicy,servicelevelobjective", "--all", "-A");
        Remains.delete(cluster);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Remains.in(cluster)).isEmpty());
    }
}
