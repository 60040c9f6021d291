package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ServedCertificate;
import dev.datapath.e2e.rig.StandaloneGateway;
import dev.datapath.e2e.rig.TestPki;
import dev.datapath.e2e.rig.TestPki.PemPair;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificate of several a client is shown, by the server name that it sends: a real client of TLS at a real gateway. */
@Tag("tier3")
class ServerNamesTest {
    private static final TestPki PKI = new TestPki("server names");
    private static final Map<String, PemPair> CERTIFICATES = new TreeMap<>(Map.of(
            "exact", PKI.issue("s3.exact.test"),
            "capitals", PKI.issue("S3.Capitals.Test"),
            "wildcard", PKI.issue("*.wildcard.test"),
            "wildcard-capitals", PKI.issue("*.Wild.Capitals.Test"),
            "address", PKI.issue("127.0.0.1")));

    /** What clients send, and the certificate they should see; null for the one that is listed first. */
    private static Map<String, @Nullable String> expected() {
        var expected = new LinkedHashMap<String, @Nullable String>();
        expected.put("s3.exact.test", "exact");
        expected.put("S3.eXact.Test", "exact");
        expected.put("s3.capitals.test", "capitals");
        expected.put("S3.Capitals.Test", "capitals");
        expected.put("S3.CAPITALS.TEST", "capitals");
        expected.put("bucket.wildcard.test", "wildcard");
        expected.put("Bucket.Wildcard.test", "wildcard");
        expected.put("bucket.wild.capitals.test", "wildcard-capitals");
        expected.put("bucket.Wild.Capitals.Test", "wildcard-capitals");
        expected.put("wildcard.test", null);
        expected.put("unknown.test", null);
        expected.put("127.0.0.1", null);
        expected.put("", null);
        return expected;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exact capitals wildcard wildcard-capitals address",
                "address wildcard-capitals wildcard capitals exact",
                "capitals exact",
                "wildcard-capitals capitals",
                "exact"
            })
    void theCertificateForTheNameIsShownWhateverItsCase(String order) throws IOException {
        var names = List.of(order.split(" "));
        try (var gateway = StandaloneGateway.start(1, port -> manifest(port, names, CERTIFICATES))) {
            var seen = new TreeMap<String, String>();
            var wanted = new TreeMap<String, String>();
            for (var name : expected().entrySet()) {
                var certificate = name.getValue();
                seen.put(name.getKey(), shown(gateway, name.getKey()));
                wanted.put(
                        name.getKey(),
                        certificate == null || !names.contains(certificate) ? names.getFirst() : certificate);
            }
            assertThat(seen).isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ecdsa rsa other", "rsa other ecdsa", "other ecdsa rsa"})
    void aClientGetsTheKindOfKeyThatItTakes(String order) throws IOException {
        var names = List.of(order.split(" "));
        var certificates = Map.of(
                "ecdsa", PKI.issue("S3.Twin.test"),
                "rsa", PKI.issueRsa("s3.twin.Test"),
                "other", PKI.issue("s3.other.test"));
        var rsa = List.of("rsa_pss_rsae_sha256");
        var ecdsa = List.of("ecdsa_secp256r1_sha256");
        try (var gateway = StandaloneGateway.start(1, port -> manifest(port, names, certificates))) {
            for (var name : List.of("s3.twin.test", "S3.TWIN.test")) {
                assertThat(ServedCertificate.at("127.0.0.1", gateway.port(0), name, rsa))
                        .isEqualTo(certificates.get("rsa").certificate());
                assertThat(ServedCertificate.at("127.0.0.1", gateway.port(0), name, ecdsa))
                        .isEqualTo(certificates.get("ecdsa").certificate());
            }
        }
    }

    @Test
    void aRenewedCertificateIsShownForItsNameAndCutsNoConnection() throws IOException {
        var names = List.of("exact", "capitals");
        try (var gateway = StandaloneGateway.start(1, port -> manifest(port, names, CERTIFICATES))) {
            assertThat(shown(gateway, "s3.capitals.test")).isEqualTo("capitals");
            try (var client = RawClient.over(
                    ServedCertificate.connect("127.0.0.1", gateway.port(0), "s3.capitals.test", List.of()))) {
                assertThat(client.request("GET", "/b/k").answer().status()).isEqualTo(404);
                var renewed = new TreeMap<>(CERTIFICATES);
                renewed.put("capitals", PKI.issue("s3.CAPITALS.test"));
                gateway.replace(manifest(gateway.port(0), names, renewed));
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> ServedCertificate.at("127.0.0.1", gateway.port(0), "s3.capitals.test", List.of())
                                .equals(renewed.get("capitals").certificate()));
                assertThat(client.request("GET", "/b/k").answer().status()).isEqualTo(404);
            }
            assertThat(shown(gateway, "s3.exact.test")).isEqualTo("exact");
        }
    }

    private static String shown(StandaloneGateway gateway, String serverName) throws IOException {
        var pem =
                ServedCertificate.at("127.0.0.1", gateway.port(0), serverName.isEmpty() ? null : serverName, List.of());
        return CERTIFICATES.entrySet().stream()
                .filter(entry -> entry.getValue().certificate().equals(pem))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("?");
    }

    private static String manifest(int port, List<String> names, Map<String, PemPair> certificates) {
        var secrets = new ArrayList<String>();
        for (var name : names) {
            var pair = certificates.get(name);
            secrets.add("""
                    apiVersion: v1
                    kind: Secret
                    metadata: {name: %s, namespace: %s}
                    type: kubernetes.io/tls
                    stringData:
                      tls.crt: |
                    %s  tls.key: |
                    %s""".formatted(
                            name,
                            Manifests.NAMESPACE,
                            pair.certificate().indent(4),
                            pair.privateKey().indent(4)));
        }
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %s, namespace: %s}
                spec:
                  listeners: [{name: s3, protocol: HTTPS, port: %d, tls: {certificateRefs: [%s]}}]
                ---
                %s""".formatted(
                        Manifests.DATA_PATH,
                        Manifests.NAMESPACE,
                        port,
                        names.stream().map(name -> "{name: " + name + "}").collect(Collectors.joining(", ")),
                        String.join("---\n", secrets));
    }
}
