package dev.datapath.operator.ca;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the operator's CA is rotated. A CA issues certificates only after all peers have had time to trust it, and it stays
 * trusted until the last certificate that it issued expires. So no peer is ever rejected, as long as an operator runs
 * {@link #advance} at least four times in the lifetime of a certificate.
 *
 * <p>The rotation waits for every Secret to contain the next CA, but not until the current CA expires: all certificates would
 * expire with it. When two thirds of a certificate's lifetime are left until then, the rotation continues as if every Secret
 * contained the next CA. A gateway whose Secret does not contain it then rejects the operator until its Secret is written.
 */
public final class AuthorityRotation {
    private final Lifetimes lifetimes;

    public AuthorityRotation(Lifetimes lifetimes) {
        this.lifetimes = lifetimes;
    }

    /**
     * The result of {@link #advance}.
     *
     * @param state the new state; it must be stored before it is used to issue a certificate
     * @param taken the steps taken, for logs; empty when none was due
     */
    public record Advance(AuthorityState state, List<AuthorityStep> taken) {
        public Advance {
            taken = List.copyOf(taken);
        }
    }

    /**
     * Takes all steps that are due.
     *
     * @param announced whether every gateway identity Secret contains the current {@link AuthorityState#bundle}
     */
    public Advance advance(AuthorityState state, boolean announced, Instant now) {
        var taken = new ArrayList<AuthorityStep>();
        var bundle = state.trusted();
        var step = due(state, announced, now);
        while (step != AuthorityStep.KEEP) {
            taken.add(step);
            state = take(step, state, now);
            step = due(state, announced && state.trusted().equals(bundle), now);
        }
        return new Advance(state, taken);
    }

    /** Whether there is a next CA that is not yet announced: not every Secret is known to contain it. */
    public static boolean awaitsAnnouncement(AuthorityState state) {
        var next = state.next();
        return next != null && next.announced() == null;
    }

    /**
     * The step that is due now. Another step may be due after it.
     *
     * @param announced whether every gateway identity Secret contains the current {@link AuthorityState#bundle}
     */
    AuthorityStep due(AuthorityState state, boolean announced, Instant now) {
        if (!dropped(state, now).equals(state)) {
            return AuthorityStep.DROP;
        }
        var current = state.current();
        var next = state.next();
        if (current == null) {
            return next == null ? AuthorityStep.CREATE : AuthorityStep.PROMOTE;
        }
        if (next == null) {
            return introduction(current).isAfter(now) ? AuthorityStep.KEEP : AuthorityStep.INTRODUCE;
        }
        var since = next.announced();
        // A moment to come was noted by a clock that was ahead.
        if (since == null || since.isAfter(now)) {
            return announced || !patience(current, next).isAfter(now) ? AuthorityStep.ANNOUNCE : AuthorityStep.KEEP;
        }
        return since.plus(lifetimes.propagation()).isAfter(now) ? AuthorityStep.KEEP : AuthorityStep.PROMOTE;
    }

    /** The state after a step. */
    AuthorityState take(AuthorityStep step, AuthorityState state, Instant now) {
        return switch (step) {
            case KEEP -> state;
            case CREATE -> new AuthorityState(X509.authority(now, lifetimes.authority()), null, state.previous());
            case INTRODUCE ->
                new AuthorityState(
                        state.current(),
                        new AuthorityState.Next(X509.authority(now, lifetimes.authority()), null),
                        state.previous());
            case ANNOUNCE ->
                new AuthorityState(
                        state.current(),
                        new AuthorityState.Next(next(state).credential(), announced(state, now)),
                        state.previous());
            case PROMOTE -> promoted(state, now);
            case DROP -> dropped(state, now);
        };
    }

    /** When the next step may become due, if none is due now; {@link Instant#MAX} when no step depends on time. */
    public Instant nextLook(AuthorityState state) {
        var moments = new ArrayList<Instant>();
        var current = state.current();
        var next = state.next();
        if (current != null) {
            moments.add(next == null ? introduction(current) : current.end());
        }
        if (next != null && next.announced() != null) {
            moments.add(next.announced().plus(lifetimes.propagation()));
        } else if (next != null && current != null) {
            moments.add(patience(current, next));
        }
        state.previous().forEach(authority -> moments.add(end(authority)));
        return moments.stream().min(Instant::compareTo).orElse(Instant.MAX);
    }

    /**
     * When the next CA is introduced. This is early enough for all steps to complete in time, although each waits for the next run
     * of an operator, of which there are four in a certificate's lifetime: introduced, written to all Secrets, promoted, and known
     * to all operators.
     */
    private Instant introduction(Credential current) {
        var margin = Lifetimes.renewalMargin(lifetimes.authority());
        var least = lifetimes.certificate().multipliedBy(3).dividedBy(2);
        return current.end().minus(margin.compareTo(least) > 0 ? margin : least);
    }

    /**
     * Until when the rotation waits for Secrets without the next CA: until two renewal margins of a certificate are left of the
     * current CA's lifetime. The first margin is for propagation, which takes no longer than that. In the second, all peers get a
     * certificate of the next CA. A CA that is introduced later than that still gets the propagation time.
     */
    private Instant patience(Credential current, AuthorityState.Next next) {
        var last = current.end()
                .minus(Lifetimes.renewalMargin(lifetimes.certificate()).multipliedBy(2));
        var known = next.credential().begin().plus(lifetimes.propagation());
        return last.isAfter(known) ? last : known;
    }

    /** The time from which the next CA counts as announced: now, or the end of {@link #patience} when this was detected later. */
    private Instant announced(AuthorityState state, Instant now) {
        var current = state.current();
        if (current == null) {
            return now;
        }
        var patience = patience(current, next(state));
        return now.isBefore(patience) ? now : patience;
    }

    private AuthorityState promoted(AuthorityState state, Instant now) {
        var before = state.current();
        var retired = before == null
                ? Stream.<AuthorityState.Previous>empty()
                : Stream.of(new AuthorityState.Previous(
                        before.certificate(),
                        // Another operator replica may issue with this CA until it reads the new state.
                        now.plus(lifetimes.propagation()).plus(lifetimes.certificate())));
        return new AuthorityState(
                next(state).credential(),
                null,
                Stream.concat(retired, state.previous().stream()).toList());
    }

    /** Peers reject one that has expired, and one that is not valid yet because the clock was ahead when it was made. */
    private static boolean usable(@Nullable Credential credential, Instant now) {
        return credential != null && !credential.expired(now) && !credential.early(now);
    }

    private static AuthorityState dropped(AuthorityState state, Instant now) {
        var current = state.current();
        var next = state.next();
        return new AuthorityState(
                usable(current, now) ? current : null,
                next != null && usable(next.credential(), now) ? next : null,
                remaining(state.previous(), now));
    }

    private static List<AuthorityState.Previous> remaining(List<AuthorityState.Previous> previous, Instant now) {
        return previous.stream()
                .filter(authority -> end(authority).isAfter(now))
                .toList();
    }

    private static Instant end(AuthorityState.Previous authority) {
        var expiry = authority.certificate().getNotAfter().toInstant();
        return expiry.isBefore(authority.until()) ? expiry : authority.until();
    }

    private static AuthorityState.Next next(AuthorityState state) {
        var next = state.next();
        if (next == null) {
            throw new IllegalArgumentException("there is no next CA");
        }
        return next;
    }
}
