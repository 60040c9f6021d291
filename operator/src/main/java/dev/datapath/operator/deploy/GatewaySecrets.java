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
     * @param bootstrap a complete bootstrap for Envoy, as a compressed protocol buffer; with the rest of the Secret at most 1 MiB
     */
    public static Secret lastGood(DataPath dataPath, byte[] bootstrap) {
        return secret(
                dataPath,
                GatewayNames.of(dataPath.getMetadata().getName()).lastGood(),
                "Opaque",
                Map.of(LAST_GOOD, base64(bootstrap)));
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
