package dev.datapath.operator.ca;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What gateways prove who they are with, as the data of a Secret of type {@code kubernetes.io/tls}: {@code tls.crt},
 * {@code tls.key}, and in {@code ca.crt} the authorities by which they know the operator.
 */
public final class IdentitySecret {
    /** The certificate. */
    public static final String CERTIFICATE = "tls.crt";

    /** Its private key, PKCS #8. */
    public static final String KEY = "tls.key";

    /** The authorities that are trusted. */
    public static final String AUTHORITIES = "ca.crt";

    private final Issuer issuer;

    public IdentitySecret(Issuer issuer) {
        this.issuer = issuer;
    }

    /**
     * What the Secret should hold.
     *
     * @param data sorted; equal to what is there when nothing is to be done
     * @param renewed why there is a new certificate, for people; null when there is none
     * @param nextLook when the certificate is due for renewal
     */
    public record Content(
            SortedMap<String, String> data, @Nullable String renewed, Instant nextLook) {}

    /**
     * Keeps a good certificate and brings the authorities up to date.
     *
     * @param present the data of the Secret now; empty when there is none
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

    /** Whether the Secret lets its readers trust all authorities of the state. */
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
