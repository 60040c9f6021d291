package dev.datapath.operator.ca;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The authorities that are trusted, one of which issues.
 *
 * @param current issues; null before the first, or when it was lost
 * @param next will issue when all know it
 * @param previous issued before, and is trusted while certificates of it may be in use; newest first
 */
public record AuthorityState(
        @Nullable Credential current, @Nullable Next next, List<Previous> previous) {

    /** Nothing yet. */
    public static final AuthorityState NONE = new AuthorityState(null, null, List.of());

    /** Rotations overlap once at most; more authorities than that come from repeated losses. */
    private static final int MAX_PREVIOUS = 4;

    /**
     * An authority that is made known.
     *
     * @param announced when everybody's Secret had it; null as long as some may have not
     */
    public record Next(Credential credential, @Nullable Instant announced) {}

    /**
     * An authority that issues no more; its key is gone.
     *
     * @param until when it is trusted no more
     */
    public record Previous(X509Certificate certificate, Instant until) {}

    public AuthorityState {
        previous = List.copyOf(previous.subList(0, Math.min(MAX_PREVIOUS, previous.size())));
    }

    /** All authorities that gateways and operators trust. */
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
