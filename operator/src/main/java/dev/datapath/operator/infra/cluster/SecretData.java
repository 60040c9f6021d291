package dev.datapath.operator.infra.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** The data of Secrets as text. */
final class SecretData {
    private SecretData() {}

    /** The values as text; empty for a value that cannot be decoded. */
    static Map<String, String> text(Secret secret) {
        var text = new TreeMap<String, String>();
        if (secret.getData() != null) {
            secret.getData().forEach((key, value) -> {
                try {
                    text.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException notBase64) {
                    text.put(key, ""); // the API server accepts only base64
                }
            });
        }
        return text;
    }

    static Map<String, String> encoded(Map<String, String> text) {
        var data = new TreeMap<String, String>();
        text.forEach((key, value) ->
                data.put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        return data;
    }
}
