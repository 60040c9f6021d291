package dev.datapath.operator.ca;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * When one authority follows another. An authority issues only when everybody has had the time to learn it, and is trusted
 * until all that it issued is over. So nobody is ever refused, as long as somebody looks at least four times in the time
 * that a certificate is good for.
 *
 * <p>Whose Secret does not get the next authority is waited for, but not until the current one ends: with that, all certificates
 * would end at once. When two thirds of a certificate's life are left until then, the next authority goes its way as if everybody's
 * Secret had it, and who is without it refuses the others until the Secret is written.
 */
public final class AuthorityRotation {
    private final Lifetimes lifetimes;

    public AuthorityRotation(Lifetimes lifetimes) {
        this.lifetimes = lifetimes;
    }

    /**
     * What has become of the authorities.
     *
     * @param state to be stored before anything is issued with it
     * @param taken the steps that led to it, for people; empty when nothing was due
     */
    public record Advance(AuthorityState state, List<AuthorityStep> taken) {
        public Advance {
            taken = List.copyOf(taken);
        }
    }

    /**
     * Takes all steps that are due.
     *
     * @param announced whether every Secret with a gateway's identity has the present {@link AuthorityState#bundle}
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

    /** Whether there is a next authority that not everybody's Secret was seen to have. */
    public static boolean awaitsAnnouncement(AuthorityState state) {
        var next = state.next();
        return next != null && next.announced() == null;
    }

    /**
     * The step that is due; after it another one may be.
     *
     * @param announced whether every Secret with a gateway's identity has the present {@link AuthorityState#bundle}
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

    /** When something may be due next, if nothing is now; never, as far as time is concerned, is {@link Instant#MAX}. */
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
     * Early enough that all steps come in time though each waits for the next look of an operator, four of which come in a
     * certificate's life: introduced, written everywhere, promoted, and known to all operators.
     */
    private Instant introduction(Credential current) {
        var margin = Lifetimes.renewalMargin(lifetimes.authority());
        var least = lifetimes.certificate().multipliedBy(3).dividedBy(2);
        return current.end().minus(margin.compareTo(least) > 0 ? margin : least);
    }

    /**
     * Until when Secrets without the next authority are waited for: until two renewal margins of a certificate are left of the
     * current one's life. The first is for the propagation, which is no longer; in the second everybody comes by a certificate of
     * the next. An authority that was introduced later than that is waited for during the propagation time all the same.
     */
    private Instant patience(Credential current, AuthorityState.Next next) {
        var last = current.end()
                .minus(Lifetimes.renewalMargin(lifetimes.certificate()).multipliedBy(2));
        var known = next.credential().begin().plus(lifetimes.propagation());
        return last.isAfter(known) ? last : known;
    }

    /** Since when the next authority counts as known: since the end of the patience, though that was noticed later. */
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
                        // Another operator may go on issuing until it knows.
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
            throw new IllegalArgumentException("there is no next authority");
        }
        return next;
    }
}
