package dev.datapath.operator.ca;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The identity of gateways as the data of a Secret of type {@code kubernetes.io/tls}: the client certificate in {@code tls.crt} and
 * {@code tls.key}, and in {@code ca.crt} the CA bundle with which they verify the operator.
 */
public final class IdentitySecret {
    /** The certificate. */
    public static final String CERTIFICATE = "tls.crt";

    /** Its private key, PKCS #8. */
    public static final String KEY = "tls.key";

    /** The trusted CA certificates. */
    public static final String AUTHORITIES = "ca.crt";

    private final Issuer issuer;

    public IdentitySecret(Issuer issuer) {
        this.issuer = issuer;
    }

    /**
     * The desired data of the Secret.
     *
     * @param data sorted; equal to the current data when no change is needed
     * @param renewed why there is a new certificate, for logs; null when there is none
     * @param nextLook when the certificate is due for renewal
     */
    public record Content(
            SortedMap<String, String> data, @Nullable String renewed, Instant nextLook) {}

    /**
     * Computes the desired data: keeps a usable certificate and updates the CA bundle.
     *
     * @param present the current data of the Secret; empty when there is no Secret
     */
    public Content content(Map<String, String> present, AuthorityState state, Subject subject, Instant now) {
        var data = new TreeMap<String, String>();
        var held = read(present);
        var reason = held == null
                ? present.isEmpty() ? "there was none" : CERTIFICATE + " and " + KEY + " cannot be used"
                : issuer.whyRenew(held, state, subject, now);
        if (held == null || reason != null) {
            held = issuer.issue(state, subject, now);
            data.put(CERTIFICATE, Pem.write(List.of(held.certificate())));
            data.put(KEY, Pem.write(held.key()));
        } else {
            data.put(CERTIFICATE, present.getOrDefault(CERTIFICATE, ""));
            data.put(KEY, present.getOrDefault(KEY, ""));
        }
        data.put(AUTHORITIES, state.bundle());
        return new Content(data, reason, issuer.renewal(held));
    }

    /** Whether the Secret contains the CA bundle of the state. */
    public static boolean announces(Map<String, String> present, AuthorityState state) {
        return state.bundle().equals(present.get(AUTHORITIES));
    }

    private static @Nullable Credential read(Map<String, String> data) {
        var certificate = data.get(CERTIFICATE);
        var key = data.get(KEY);
        try {
            return certificate == null || key == null ? null : Pem.credential(certificate, key);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }
}
