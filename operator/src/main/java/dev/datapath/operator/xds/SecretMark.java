package dev.datapath.operator.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;

/**
 * Changes the bytes of a secret without a change of its meaning: adds a comment after its PEM text (RFC 7468, section
 * 2, permits text between and around blocks).
 *
 * <p>Envoy 1.40 stores a secret and its hash before it builds TLS contexts from it (SdsApi::onConfigUpdate). When that
 * fails it rejects the response, and accepts the next response with equal bytes without a check. Therefore an
 * acknowledgement is a proof only when the bytes differ from those that Envoy may have stored.
 */
final class SecretMark {
    private SecretMark() {}

    /** The secret with this mark, which must be new for the gateway. Secrets without PEM text are unchanged. */
    static Any on(Any resource, String mark) {
        try {
            var secret = resource.unpack(Secret.class).toBuilder();
            if (secret.hasTlsCertificate()) {
                add(secret.getTlsCertificateBuilder().getCertificateChainBuilder(), mark);
            } else if (secret.hasValidationContext()) {
                add(secret.getValidationContextBuilder().getTrustedCaBuilder(), mark);
            }
            return Any.pack(secret.build());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a secret in a snapshot does not parse", e);
        }
    }

    private static void add(DataSource.Builder pem, String mark) {
        if (pem.hasInlineString()) {
            pem.setInlineString(pem.getInlineString() + "\ndelivery " + mark + "\n");
        }
    }
}
