package dev.datapath.operator.ca;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The trusted CAs, one of which issues certificates.
 *
 * @param current issues certificates; null before the first CA is created, or when it was lost
 * @param next will issue when all peers trust it; null when no rotation is in progress
 * @param previous issued before, and stay trusted while their certificates may be in use; newest first; at most 4
 */
public record AuthorityState(
        @Nullable Credential current, @Nullable Next next, List<Previous> previous) {

    /** No CA yet. */
    public static final AuthorityState NONE = new AuthorityState(null, null, List.of());

    /** Rotations overlap once at most. More previous CAs than that come from repeated losses. */
    private static final int MAX_PREVIOUS = 4;

    /**
     * A CA that is distributed to all peers before it issues.
     *
     * @param announced when every Secret contained it; null as long as a Secret may not contain it
     */
    public record Next(Credential credential, @Nullable Instant announced) {}

    /**
     * A CA that no longer issues; its key is deleted.
     *
     * @param until until when it is trusted
     */
    public record Previous(X509Certificate certificate, Instant until) {}

    public AuthorityState {
        previous = List.copyOf(previous.subList(0, Math.min(MAX_PREVIOUS, previous.size())));
    }

    /** All CA certificates that gateways and operators trust. */
    public List<X509Certificate> trusted() {
        var trusted = new ArrayList<X509Certificate>();
        if (current != null) {
            trusted.add(current.certificate());
        }
        if (next != null) {
            trusted.add(next.credential().certificate());
        }
        previous.forEach(authority -> trusted.add(authority.certificate()));
        return trusted;
    }

    /** The same as PEM text. */
    public String bundle() {
        return Pem.write(trusted());
    }
}
