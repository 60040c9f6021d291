package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.DataPath;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** The Secrets that the gateways of a DataPath mount. A change of them reaches running pods without a rollout. */
public final class GatewaySecrets {
    /** Key of the compressed bootstrap in {@link GatewayNames#lastGood}. */
    public static final String LAST_GOOD = "bootstrap.pb.gz";

    /** Key of the last good parts of the plan in the same Secret, for another operator. */
    public static final String LAST_GOOD_PARTS = "parts.json.gz";

    private GatewaySecrets() {}

    /**
     * The identity of gateways towards the operator, and the CA bundle to verify the operator; all PEM.
     *
     * @param certificate the gateways' certificate, followed by its chain
     * @param key its private key, PKCS #8
     * @param authorities the CA bundle with which gateways verify the operator
     */
    public static Secret identity(DataPath dataPath, String certificate, String key, String authorities) {
        return secret(
                dataPath,
                GatewayNames.of(dataPath.getMetadata().getName()).identity(),
                "kubernetes.io/tls",
                Map.of(
                        "tls.crt", base64(certificate.getBytes(StandardCharsets.UTF_8)),
                        "tls.key", base64(key.getBytes(StandardCharsets.UTF_8)),
                        "ca.crt", base64(authorities.getBytes(StandardCharsets.UTF_8))));
    }

    /**
     * The last configuration that gateways acknowledged, including the private keys of its listeners.
     *
     * @param content {@link #LAST_GOOD}, a complete bootstrap for Envoy as a compressed protocol buffer, and
     *     {@link #LAST_GOOD_PARTS}; content beyond the size limit is left out
     */
    public static Secret lastGood(DataPath dataPath, Map<String, byte[]> content) {
        var data = new TreeMap<String, String>();
        content.forEach((key, bytes) -> data.put(key, base64(bytes)));
        return secret(
                dataPath, GatewayNames.of(dataPath.getMetadata().getName()).lastGood(), "Opaque", data);
    }

    private static Secret secret(DataPath dataPath, String name, String type, Map<String, String> data) {
        return new SecretBuilder()
                .withMetadata(new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(dataPath.getMetadata().getNamespace())
                        .withLabels(Labels.ofGateways(dataPath.getMetadata().getName()))
                        .withOwnerReferences(Owners.controller(dataPath))
                        .build())
                .withType(type)
                .withData(new TreeMap<>(data))
                .build();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
