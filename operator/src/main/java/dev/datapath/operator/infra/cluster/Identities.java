package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.ca.AuthorityState;
import dev.datapath.operator.ca.IdentitySecret;
import dev.datapath.operator.ca.Issuer;
import dev.datapath.operator.ca.Subject;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.deploy.GatewayNames;
import dev.datapath.operator.deploy.GatewaySecrets;
import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.xds.IdentityCheck;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The Secrets with the certificates by which gateways and operators authenticate each other. */
public final class Identities {
    private final AuthorityKeeper authority;
    private final IdentitySecret content;
    private final OwnedObjects<DataPath> owned;
    private final InstantSource clock;

    /**
     * The identity of a DataPath's gateways.
     *
     * @param secret the desired Secret; empty while no CA is available to issue the certificate
     * @param renewed whether its content differs from the current one
     * @param nextLook delay until the certificate is due for renewal; empty while there is none
     */
    record Issued(Optional<Secret> secret, boolean renewed, Optional<Duration> nextLook) {}

    public Identities(AuthorityKeeper authority, Issuer issuer, OwnedObjects<DataPath> owned, InstantSource clock) {
        this.authority = authority;
        content = new IdentitySecret(issuer);
        this.owned = owned;
        this.clock = clock;
    }

    Issued of(DataPath dataPath) {
        var key = Identity.key(dataPath);
        var state = authority.state();
        Map<String, String> present =
                owned.whole(Secret.class, name(dataPath)).map(SecretData::text).orElse(Map.of());
        if (state.current() == null) {
            return new Issued(Optional.empty(), false, Optional.empty());
        }
        var now = clock.instant();
        var due = content.content(present, state, Subject.gateway(IdentityCheck.SCHEME + key), now);
        var data = due.data();
        return new Issued(
                Optional.of(GatewaySecrets.identity(
                        dataPath,
                        data.getOrDefault(IdentitySecret.CERTIFICATE, ""),
                        data.getOrDefault(IdentitySecret.KEY, ""),
                        data.getOrDefault(IdentitySecret.AUTHORITIES, ""))),
                !data.equals(present),
                Optional.of(Duration.between(now, due.nextLook())));
    }

    /** A Secret was written. The rotation of the CA may have waited for it. */
    void written() {
        authority.trigger();
    }

    /**
     * The gateways' Secrets that lack a CA certificate of a state. Only Secrets count whose DataPath exists, owns them
     * and is not being deleted. Other Secrets with the operator's labels or names are copies or orphans, which are
     * never updated.
     *
     * @param secrets finds a Secret that carries the operator's labels
     */
    public static List<ObjectKey> lacking(
            Stream<DataPath> dataPaths, Function<ObjectKey, Optional<Secret>> secrets, AuthorityState state) {
        return dataPaths
                .filter(dataPath -> dataPath.getMetadata().getDeletionTimestamp() == null)
                .flatMap(dataPath ->
                        secrets.apply(name(dataPath)).filter(secret -> Owners.controls(dataPath, secret)).stream())
                .filter(secret -> !IdentitySecret.announces(SecretData.text(secret), state))
                .map(Identity::key)
                .sorted()
                .toList();
    }

    private static ObjectKey name(DataPath dataPath) {
        return new ObjectKey(
                dataPath.getMetadata().getNamespace(),
                GatewayNames.of(dataPath.getMetadata().getName()).identity());
    }
}
