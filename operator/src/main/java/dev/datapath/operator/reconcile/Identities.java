package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.deploy.GatewayNames;
import dev.datapath.operator.deploy.GatewaySecrets;
import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.pki.AuthorityState;
import dev.datapath.operator.pki.IdentitySecret;
import dev.datapath.operator.pki.Issuer;
import dev.datapath.operator.pki.Subject;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.xds.IdentityCheck;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The Secrets by which gateways and operators know each other. */
final class Identities {
    private final AuthorityKeeper authority;
    private final IdentitySecret content;
    private final OwnedObjects<DataPath> owned;
    private final InstantSource clock;

    /**
     * The identity of a DataPath's gateways.
     *
     * @param secret what should be there; empty while there is no authority to issue it
     * @param renewed whether it is another one than before
     * @param nextLook when its certificate is due for renewal
     */
    record Identity(Optional<Secret> secret, boolean renewed, Instant nextLook) {}

    Identities(AuthorityKeeper authority, Issuer issuer, OwnedObjects<DataPath> owned, InstantSource clock) {
        this.authority = authority;
        content = new IdentitySecret(issuer);
        this.owned = owned;
        this.clock = clock;
    }

    Identity of(DataPath dataPath) {
        var key = Kinds.key(dataPath);
        var state = authority.state();
        Map<String, String> present =
                owned.find(Secret.class, name(dataPath)).map(SecretData::text).orElse(Map.of());
        if (state.current() == null) {
            return new Identity(Optional.empty(), false, Instant.MAX);
        }
        var due = content.content(present, state, Subject.gateway(IdentityCheck.SCHEME + key), clock.instant());
        var data = due.data();
        return new Identity(
                Optional.of(GatewaySecrets.identity(
                        dataPath,
                        data.getOrDefault(IdentitySecret.CERTIFICATE, ""),
                        data.getOrDefault(IdentitySecret.KEY, ""),
                        data.getOrDefault(IdentitySecret.AUTHORITIES, ""))),
                !data.equals(present),
                due.nextLook());
    }

    /** A Secret was written: the authority may have waited for it. */
    void written() {
        authority.look();
    }

    /**
     * The Secrets of gateways that lack an authority of a state. Those count that a DataPath made which is there to stay: others with
     * our labels, or with its name, are copies or left over, and nobody would ever bring them up to date.
     *
     * @param secrets finds one that carries our labels
     */
    static List<ObjectKey> lacking(
            Stream<DataPath> dataPaths, Function<ObjectKey, Optional<Secret>> secrets, AuthorityState state) {
        return dataPaths
                .filter(dataPath -> dataPath.getMetadata().getDeletionTimestamp() == null)
                .flatMap(dataPath ->
                        secrets.apply(name(dataPath)).filter(secret -> Owners.controls(dataPath, secret)).stream())
                .filter(secret -> !IdentitySecret.announces(SecretData.text(secret), state))
                .map(Kinds::key)
                .sorted()
                .toList();
    }

    private static ObjectKey name(DataPath dataPath) {
        return new ObjectKey(
                dataPath.getMetadata().getNamespace(),
                GatewayNames.of(dataPath.getMetadata().getName()).identity());
    }
}
