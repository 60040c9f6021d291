package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.deploy.GatewayNames;
import dev.datapath.operator.deploy.GatewaySecrets;
import dev.datapath.operator.pki.AuthorityState;
import dev.datapath.operator.pki.IdentitySecret;
import dev.datapath.operator.pki.Issuer;
import dev.datapath.operator.pki.Subject;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.xds.IdentityCheck;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

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
        var name = new ObjectKey(key.namespace(), GatewayNames.of(key.name()).identity());
        Map<String, String> present =
                owned.find(Secret.class, name).map(SecretData::text).orElse(Map.of());
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

    /** Whether the Secrets of all gateways hold the authorities of a state. */
    static boolean announced(OwnedObjects<DataPath> owned, AuthorityState state) {
        return owned.all(Secret.class)
                .map(SecretData::text)
                .filter(data -> data.containsKey(IdentitySecret.AUTHORITIES))
                .allMatch(data -> IdentitySecret.announces(data, state));
    }
}
