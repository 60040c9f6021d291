package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.DataPath;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** The Secrets that the gateways of a DataPath mount. Their pods see a change of them without being replaced. */
public final class GatewaySecrets {
    /** Key of the compressed bootstrap in {@link GatewayNames#lastGood}. */
    public static final String LAST_GOOD = "bootstrap.pb.gz";

    /** Key of what another operator would need, in the same Secret. */
    public static final String LAST_GOOD_PARTS = "parts.json.gz";

    private GatewaySecrets() {}

    /**
     * What gateways show the operator, and what they know it by; all PEM.
     *
     * @param certificate the gateways' certificate, followed by the chain it needs
     * @param key its private key, PKCS #8
     * @param authorities whom the operator's certificate may be signed by
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
     * The last configuration that gateways acknowledged, with the keys of its listeners.
     *
     * @param content as far as there is room for it, {@link #LAST_GOOD}: a complete bootstrap for Envoy, as a compressed protocol
     *     buffer; and {@link #LAST_GOOD_PARTS}
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
