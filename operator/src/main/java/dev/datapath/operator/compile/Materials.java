package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.CaCertificateReference;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.TrustBundle;
import dev.datapath.operator.tls.CertificateText;
import dev.datapath.operator.tls.PrivateKeyText;
import dev.datapath.operator.tls.UnusableMaterial;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and CA bundles from Secrets and ConfigMaps. An unusable one is reported at its reference, and the last good one of
 * the same name stays in use, also when it has expired since: clients that do not verify, or whose clock is wrong, are still
 * served.
 */
final class Materials {
    /** How long before its expiry a certificate is reported. */
    static final Duration EXPIRY_NOTICE = Duration.ofDays(14);

    private static final String TLS_SECRET = "kubernetes.io/tls";

    private final Map<String, Secret> secrets;
    private final Map<String, ConfigMap> configMaps;
    private final LastGood lastGood;
    private final Map<String, String> unreadable;
    private final String namespace;
    private final Instant now;

    /**
     * All Secrets and ConfigMaps are of the given namespace.
     *
     * @param unreadable why other objects cannot be read, by kind, namespace and name
     */
    Materials(
            String namespace,
            Collection<Secret> secrets,
            Collection<ConfigMap> configMaps,
            Map<String, String> unreadable,
            LastGood lastGood,
            Instant now) {
        this.namespace = namespace;
        this.secrets = Identity.byName(secrets);
        this.configMaps = Identity.byName(configMaps);
        this.unreadable = unreadable;
        this.lastGood = lastGood;
        this.now = now;
    }

    /** The server certificate and key of a Secret; empty when there is no usable one, which is reported. */
    Optional<Certificate> serverCertificate(Report at, @Nullable String secretName) {
        return certificate(at, secretName, CertificateText.Use.SERVER);
    }

    /** The client certificate and key of a Secret; empty when there is no usable one, which is reported. */
    Optional<Certificate> clientCertificate(Report at, @Nullable String secretName) {
        return certificate(at, secretName, CertificateText.Use.CLIENT);
    }

    /** Whether there is a Secret of that name, regardless of its content. */
    boolean hasSecret(@Nullable String name) {
        return secrets.containsKey(Identity.text(name));
    }

    private String missing(String what, String remedy) {
        var why = unreadable.get(what);
        return why == null ? what + " does not exist" + remedy : what + " cannot be read: " + why;
    }

    private Optional<Certificate> certificate(Report at, @Nullable String secretName, CertificateText.Use use) {
        var id = namespace + "/" + Identity.text(secretName);
        var what = "Secret " + id;
        var secret = secrets.get(Identity.text(secretName));
        if (secret == null) {
            return orLastGood(
                    at,
                    Reason.SecretNotFound,
                    missing(what, ": create it, of type " + TLS_SECRET),
                    "certificate stays",
                    lastGood.certificate(id));
        }
        try {
            return Optional.of(read(at, what, id, secret, use));
        } catch (UnusableMaterial e) {
            return orLastGood(
                    at,
                    Reason.InvalidCertificate,
                    what + " cannot be used: " + e.problem(),
                    "certificate stays",
                    lastGood.certificate(id));
        }
    }

    /**
     * The CA certificates of all references together. When one reference is unusable, the last good bundle of the same references
     * stays in use. Without such a bundle, only the usable references are used. Empty when none is usable.
     */
    Optional<TrustBundle> trustBundle(Report owner, List<CaCertificateReference> references) {
        var id = references.stream().map(this::describe).collect(Collectors.toCollection(TreeSet::new)).stream()
                .collect(Collectors.joining("+"));
        var last = lastGood.bundle(id);
        var certificates = new TreeMap<String, String>();
        var complete = true;
        for (int i = 0; i < references.size(); i++) {
            var at = owner.item("caCertificateRefs", i);
            var found = authorities(at, references.get(i), last);
            complete &= found.isPresent();
            found.ifPresent(certificates::putAll);
        }
        if (!complete && last.isPresent()) {
            return last;
        }
        return certificates.isEmpty()
                ? Optional.empty()
                : Optional.of(new TrustBundle(id, String.join("", certificates.values())));
    }

    private Certificate read(Report at, String what, String id, Secret secret, CertificateText.Use use)
            throws UnusableMaterial {
        if (!TLS_SECRET.equals(secret.getType())) {
            throw new UnusableMaterial("its type is " + (secret.getType() == null ? "Opaque" : secret.getType())
                    + ": write type " + TLS_SECRET + ", with tls.crt and tls.key");
        }
        var text = value(secret, "tls.crt");
        var chain = CertificateText.certificates(text);
        var leaf = chain.getFirst();
        var key = PrivateKeyText.matching(value(secret, "tls.key"), leaf.getPublicKey());
        CertificateText.checkSigns(leaf);
        if (use == CertificateText.Use.SERVER) {
            CertificateText.checkNeedsNoStaple(leaf);
        }
        var end = leaf.getNotAfter().toInstant();
        if (!now.isBefore(end)) {
            throw new UnusableMaterial("its certificate expired at " + end + ": renew it");
        }
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            throw new UnusableMaterial("its certificate is not valid before "
                    + leaf.getNotBefore().toInstant() + ": wait, issue it anew, or correct the clocks");
        }
        if (!now.plus(EXPIRY_NOTICE).isBefore(end)) {
            at.warning(Reason.InvalidCertificate, "the certificate of " + what + " expires at " + end + ": renew it");
        }
        CertificateText.unfit(leaf, use)
                .ifPresent(why -> at.warning(Reason.InvalidCertificate, "the certificate of " + what + " " + why));
        warnOfIgnoredParts(at, Reason.InvalidCertificate, what, CertificateText.unreadable(text));
        return new Certificate(id, CertificateText.pem(chain), key);
    }

    /** PEM by subject and content, because the order of references must not matter. */
    private Optional<SortedMap<String, String>> authorities(
            Report at, CaCertificateReference reference, Optional<TrustBundle> last) {
        var what = describe(reference);
        var fromSecret = reference.kind() == CaCertificateReference.Kind.Secret;
        var exists = fromSecret
                ? secrets.containsKey(Identity.text(reference.name()))
                : configMaps.containsKey(Identity.text(reference.name()));
        if (!exists) {
            orLastGood(
                    at,
                    fromSecret ? Reason.SecretNotFound : Reason.ConfigMapNotFound,
                    missing(what, ": create it with the CA certificates as PEM"),
                    "CA certificates stay",
                    last);
            return Optional.empty();
        }
        try {
            var text = fromSecret
                    ? value(secrets.get(reference.name()), reference.key())
                    : value(configMaps.get(reference.name()), reference.key());
            warnOfIgnoredParts(at, Reason.InvalidCertificateAuthority, what, CertificateText.leftOut(text));
            var pems = new TreeMap<String, String>();
            for (var authority : CertificateText.certificates(text)) {
                var pem = CertificateText.pem(List.of(authority));
                pems.put(authority.getSubjectX500Principal().getName() + "\n" + pem, pem);
                warnIfExpired(at, what, authority);
            }
            return Optional.of(pems);
        } catch (UnusableMaterial e) {
            orLastGood(
                    at,
                    Reason.InvalidCertificateAuthority,
                    what + " cannot be used: " + e.problem(),
                    "CA certificates stay",
                    last);
            return Optional.empty();
        }
    }

    /**
     * Valid content is used although there is unusable content next to it. The latter is reported, because its owner may rely on
     * it.
     */
    private static void warnOfIgnoredParts(Report at, Reason reason, String what, List<String> leftOut) {
        leftOut.forEach(part -> at.warning(reason, what + " also contains " + part));
    }

    private void warnIfExpired(Report at, String what, X509Certificate authority) {
        var end = authority.getNotAfter().toInstant();
        if (!now.isBefore(end)) {
            at.warning(
                    Reason.InvalidCertificateAuthority,
                    "the CA certificate \""
                            + authority.getSubjectX500Principal().getName() + "\" of " + what + " expired at " + end
                            + ": replace it; certificates that it signed are not trusted");
        }
    }

    private static <T> Optional<T> orLastGood(Report at, Reason reason, String problem, String kind, Optional<T> last) {
        at.error(reason, problem + (last.isPresent() ? "; the last good " + kind + " in use" : ""));
        return last;
    }

    private String describe(CaCertificateReference reference) {
        var place = reference.kind() + " " + namespace + "/" + Identity.text(reference.name());
        return "ca.crt".equals(reference.key()) ? place : place + " key " + reference.key();
    }

    /** Merged as by the API server: {@code stringData} wins over {@code data}. */
    private static String value(@Nullable Secret secret, String key) throws UnusableMaterial {
        if (secret != null
                && secret.getStringData() != null
                && secret.getStringData().get(key) != null) {
            return LeftOut.required(secret.getStringData().get(key));
        }
        var encoded = secret == null || secret.getData() == null
                ? null
                : secret.getData().get(key);
        if (encoded == null) {
            throw new UnusableMaterial("it has no data key " + key);
        }
        return decoded(encoded, key);
    }

    private static String value(@Nullable ConfigMap configMap, String key) throws UnusableMaterial {
        if (configMap != null
                && configMap.getData() != null
                && configMap.getData().get(key) != null) {
            return LeftOut.required(configMap.getData().get(key));
        }
        var encoded = configMap == null || configMap.getBinaryData() == null
                ? null
                : configMap.getBinaryData().get(key);
        if (encoded == null) {
            throw new UnusableMaterial("it has no data key " + key);
        }
        return decoded(encoded, key);
    }

    private static String decoded(String encoded, String key) throws UnusableMaterial {
        LeftOut.required(encoded);
        try {
            return new String(Base64.getDecoder().decode(encoded.replaceAll("\\s", "")), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            throw new UnusableMaterial("its data key " + key + " is not base64");
        }
    }
}
