package dev.datapath.operator.ca;

import static dev.datapath.operator.ca.AuthorityStep.ANNOUNCE;
import static dev.datapath.operator.ca.AuthorityStep.CREATE;
import static dev.datapath.operator.ca.AuthorityStep.DROP;
import static dev.datapath.operator.ca.AuthorityStep.INTRODUCE;
import static dev.datapath.operator.ca.AuthorityStep.PROMOTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuthorityRotationTest {
    private static final Instant BEGIN = Instant.parse("2026-11-01T12:00:00Z");
    private static final Lifetimes LIFETIMES =
            new Lifetimes(Duration.ofDays(90), Duration.ofDays(30), Duration.ofHours(1));

    private final AuthorityRotation rotation = new AuthorityRotation(LIFETIMES);

    @Test
    void missingCaIsCreated() {
        var first = rotation.advance(AuthorityState.NONE, false, BEGIN);
        assertThat(first.taken()).containsExactly(CREATE);
        assertThat(first.state().trusted())
                .containsExactly(first.state().current().certificate());
        assertThat(first.state().current().end()).isEqualTo(BEGIN.plus(Duration.ofDays(90)));
    }

    /** A clock that was ahead for a moment must not cost weeks. */
    @Test
    void anAuthorityThatIsNotValidYetIsReplaced() {
        var ahead = BEGIN.plus(Duration.ofDays(91));
        var wrong = rotation.advance(first(), true, ahead);
        assertThat(wrong.taken()).containsExactly(DROP, CREATE);

        var now = BEGIN.plus(Duration.ofHours(1));
        var right = rotation.advance(wrong.state(), true, now);
        assertThat(right.taken()).containsExactly(DROP, CREATE);
        assertThat(right.state().current().begin()).isEqualTo(now);
    }

    @Test
    void aNextAuthorityThatIsNotValidYetIsForgotten() {
        var first = first();
        var wrong = rotation.advance(first, false, BEGIN.plus(Duration.ofDays(50)));
        assertThat(wrong.taken()).containsExactly(INTRODUCE);
        var right = rotation.advance(wrong.state(), false, BEGIN.plus(Duration.ofDays(1)));
        assertThat(right.taken()).containsExactly(DROP);
        assertThat(right.state()).isEqualTo(first);
    }

    @Test
    void anAnnouncementThatIsNotedForLaterIsMadeAnew() {
        var introduced = introduced(first());
        var ahead = BEGIN.plus(Duration.ofDays(64));
        var announced = rotation.advance(introduced, true, ahead);
        assertThat(announced.taken()).containsExactly(ANNOUNCE);
        var now = BEGIN.plus(Duration.ofDays(61));
        var anew = rotation.advance(announced.state(), true, now);
        assertThat(anew.taken()).containsExactly(ANNOUNCE);
        assertThat(anew.state().next().announced()).isEqualTo(now);
    }

    @Test
    void nextCaIsIntroducedWhenAThirdOfTheLifetimeIsLeft() {
        var lifetimes = new Lifetimes(Duration.ofDays(90), Duration.ofDays(20), Duration.ofHours(1));
        var first = first();
        assertThat(new AuthorityRotation(lifetimes).nextLook(first)).isEqualTo(BEGIN.plus(Duration.ofDays(60)));
    }

    @Test
    void nextCaIsIntroducedOneAndAHalfCertificateLifetimesBeforeExpiry() {
        var first = first();
        var due = BEGIN.plus(Duration.ofDays(45));
        assertThat(rotation.nextLook(first)).isEqualTo(due);
        assertThat(rotation.advance(first, true, due.minusSeconds(1)))
                .isEqualTo(new AuthorityRotation.Advance(first, List.of()));
        assertThat(rotation.advance(first, true, due).taken()).containsExactly(INTRODUCE);
    }

    @Test
    void nextCaIssuesOnlyAfterAllPeersTrustIt() {
        var first = first();
        var introduced = introduced(first);
        assertThat(introduced.current()).isEqualTo(first.current());
        assertThat(introduced.trusted()).hasSize(2);

        var later = BEGIN.plus(Duration.ofDays(65));
        assertThat(rotation.advance(introduced, false, later).taken())
                .as("while a Secret is without it")
                .isEmpty();
        var announced = rotation.advance(introduced, true, later);
        assertThat(announced.taken()).containsExactly(ANNOUNCE);

        var due = later.plus(LIFETIMES.propagation());
        assertThat(rotation.nextLook(announced.state())).isEqualTo(due);
        assertThat(rotation.advance(announced.state(), true, due.minusSeconds(1))
                        .taken())
                .isEmpty();
        var promoted = rotation.advance(announced.state(), true, due);
        assertThat(promoted.taken()).containsExactly(PROMOTE);
        assertThat(promoted.state().current())
                .isEqualTo(announced.state().next().credential());
        assertThat(promoted.state().trusted()).containsExactlyInAnyOrderElementsOf(introduced.trusted());
    }

    @Test
    void waitForSecretsEndsBeforeTheCurrentCaExpires() {
        var introduced = introduced(first());
        var patience = BEGIN.plus(
                Duration.ofDays(70)); // two thirds of a certificate's lifetime before the end of the first CA
        var issues = patience.plus(LIFETIMES.propagation());
        assertThat(rotation.nextLook(introduced)).isEqualTo(patience);
        assertThat(rotation.advance(introduced, false, patience.minusSeconds(1)).taken())
                .isEmpty();
        var announced = rotation.advance(introduced, false, patience);
        assertThat(announced.taken()).containsExactly(ANNOUNCE);
        assertThat(rotation.nextLook(announced.state())).isEqualTo(issues);
        assertThat(rotation.advance(announced.state(), false, issues).taken()).containsExactly(PROMOTE);
    }

    @Test
    void lateCaStillGetsThePropagationTime() {
        var late = BEGIN.plus(Duration.ofDays(85));
        var introduced = rotation.advance(first(), true, late);
        assertThat(introduced.taken()).containsExactly(INTRODUCE);
        var patience = late.plus(LIFETIMES.propagation());
        assertThat(rotation.nextLook(introduced.state())).isEqualTo(patience);
        assertThat(rotation.advance(introduced.state(), false, patience.minusSeconds(1))
                        .taken())
                .isEmpty();
        assertThat(rotation.advance(introduced.state(), false, patience).taken())
                .containsExactly(ANNOUNCE);
    }

    @Test
    void previousCaIsTrustedUntilItsCertificatesExpire() {
        var at = BEGIN.plus(Duration.ofDays(61));
        var promoted = promoted(at);
        var over = at.plus(LIFETIMES.certificate()).plus(LIFETIMES.propagation());
        var end = BEGIN.plus(Duration.ofDays(90));
        assertThat(over).as("the end of its life comes first here").isAfter(end);
        assertThat(rotation.nextLook(promoted)).isEqualTo(end);
        assertThat(rotation.advance(promoted, true, end.minusSeconds(1)).taken())
                .isEmpty();
        var dropped = rotation.advance(promoted, true, end);
        assertThat(dropped.taken()).containsExactly(DROP);
        assertThat(dropped.state().trusted()).containsExactly(promoted.current().certificate());
    }

    @Test
    void earlyRetiredCaIsNotTrustedUntilItsExpiry() {
        var lifetimes = new Lifetimes(Duration.ofDays(900), Duration.ofDays(30), Duration.ofHours(1));
        var early = new AuthorityRotation(lifetimes);
        var first = early.advance(AuthorityState.NONE, false, BEGIN).state();
        var introduced = early.take(INTRODUCE, first, BEGIN);
        var promoted = early.take(PROMOTE, introduced, BEGIN);
        var over = BEGIN.plus(lifetimes.certificate()).plus(lifetimes.propagation());
        assertThat(early.advance(promoted, true, over.minusSeconds(1)).taken()).isEmpty();
        assertThat(early.advance(promoted, true, over).taken()).containsExactly(DROP);
    }

    @Test
    void lostCurrentCaIsReplacedByTheNextAtOnce() {
        var introduced = introduced(first());
        var lost = new AuthorityState(null, introduced.next(), List.of());
        var advance = rotation.advance(lost, false, BEGIN.plus(Duration.ofDays(61)));
        assertThat(advance.taken()).containsExactly(PROMOTE);
        assertThat(advance.state().current()).isEqualTo(introduced.next().credential());
    }

    @Test
    void expiredCasAreDroppedAndANewOneIsCreated() {
        var introduced = introduced(first());
        var muchLater = BEGIN.plus(Duration.ofDays(400));
        var advance = rotation.advance(introduced, true, muchLater);
        assertThat(advance.taken()).containsExactly(DROP, CREATE);
        assertThat(advance.state().trusted())
                .containsExactly(advance.state().current().certificate());
    }

    private AuthorityState first() {
        return rotation.advance(AuthorityState.NONE, false, BEGIN).state();
    }

    private AuthorityState introduced(AuthorityState first) {
        return rotation.advance(first, true, BEGIN.plus(Duration.ofDays(60))).state();
    }

    private AuthorityState promoted(Instant now) {
        return rotation.take(PROMOTE, introduced(first()), now);
    }
}
