package dev.datapath.operator.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.security.auth.x500.X500Principal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/**
 * No peer with a valid certificate is ever rejected. This holds whenever operators run, crash between two writes or act on stale
 * reads, and however late gateways and other operators read their Secrets within the propagation time.
 */
class RotationPropertyTest {
    private static final Duration PROPAGATION = Duration.ofSeconds(5);
    private static final Lifetimes LIFETIMES =
            new Lifetimes(Duration.ofSeconds(90), Duration.ofSeconds(30), PROPAGATION);
    private static final Instant BEGIN = Instant.parse("2026-11-01T12:00:00Z");

    /**
     * One run of an operator.
     *
     * @param pause seconds since the last run
     * @param crash whether it crashes after it stored the CAs and before it stored identities
     * @param stale whether another operator issues a certificate from a stale state that it read within the propagation time
     */
    record Run(int pause, boolean crash, boolean stale) {}

    @Property(tries = 100)
    void noPeerWithAValidCertificateIsEverRejected(@ForAll("histories") List<Run> history, @ForAll boolean straggler) {
        var world = new World(straggler);
        world.run(false);
        boolean crashed = false;
        for (var run : history) {
            for (int second = 0; second < run.pause(); second++) {
                world.now = world.now.plusSeconds(1);
                world.check();
            }
            if (run.stale()) {
                world.issueFromStaleState();
            }
            // Two crashes in a row would be a broken operator, which is out of scope.
            crashed = run.crash() && !crashed;
            world.run(crashed);
            world.check();
        }
        assertThat(world.steps.get(AuthorityStep.CREATE))
                .as("authorities without a predecessor")
                .isEqualTo(1);
    }

    /** Each step happens as late as possible. */
    @Test
    void latestPossibleStepsCompleteInTime() {
        var pauses = List.of(7, 6, 2, 1, 3, 2, 1, 7, 1, 5, 3, 7, 2, 4, 1, 2, 5, 7, 4, 7, 3, 7, 3, 4, 6, 4);
        var crashes = Set.of(1, 2, 5, 6, 11, 15, 16, 17, 24);
        var stale = Set.of(2, 3, 4, 6, 13, 15, 16, 18, 21, 22, 25);
        noPeerWithAValidCertificateIsEverRejected(
                IntStream.range(0, pauses.size())
                        .mapToObj(i -> new Run(pauses.get(i), crashes.contains(i), stale.contains(i)))
                        .toList(),
                true);
    }

    @Property(tries = 1)
    void generatedHistoriesRotateTheCa(@ForAll("long") List<Run> history) {
        for (boolean straggler : new boolean[] {false, true}) {
            var world = new World(straggler);
            world.run(false);
            for (var run : history) {
                world.now = world.now.plusSeconds(run.pause());
                world.run(false);
            }
            assertThat(world.steps).containsKeys(AuthorityStep.PROMOTE, AuthorityStep.DROP);
        }
    }

    /** Operators run within a second after a step is due. */
    @Property(tries = 3)
    void unwritableSecretNeverLeavesOtherPeersWithoutAValidCertificate(@ForAll("long") List<Run> history) {
        var world = new World(true);
        world.run(false);
        for (int second = 0; second < history.size() * 10; second++) {
            world.now = world.now.plusSeconds(1);
            world.run(false);
            world.check();
            assertThat(world.inUse(world.identity))
                    .as("certificates of a gateway, %s after the begin", Duration.between(BEGIN, world.now))
                    .allMatch(identity -> identity.data().isEmpty()
                            || read(identity.data().get(IdentitySecret.CERTIFICATE))
                                    .getFirst()
                                    .getNotAfter()
                                    .toInstant()
                                    .isAfter(world.now));
        }
        assertThat(world.steps).containsKeys(AuthorityStep.PROMOTE, AuthorityStep.DROP);
    }

    @Provide
    Arbitrary<List<Run>> histories() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 7),
                        Arbitraries.frequency(Tuple.of(4, false), Tuple.of(1, true)),
                        Arbitraries.of(true, false))
                .as(Run::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(60);
    }

    @Provide("long")
    Arbitrary<List<Run>> longHistories() {
        return histories().filter(history -> history.size() >= 40);
    }

    /** The data of a gateway's Secret, and the CAs in it. */
    private record Identity(Map<String, String> data, List<X509Certificate> authorities) {
        static final Identity NONE = new Identity(Map.of(), List.of());

        static Identity of(Map<String, String> data) {
            return new Identity(data, read(data.get(IdentitySecret.AUTHORITIES)));
        }
    }

    /** The history of both kinds of Secrets, and every gateway certificate ever issued. */
    private static final class World {
        private final AuthorityRotation rotation = new AuthorityRotation(LIFETIMES);
        private final Issuer issuer = new Issuer(LIFETIMES);
        private final IdentitySecret identities = new IdentitySecret(issuer);
        private final Subject gateway = Subject.gateway("datapath://team-a/images");
        private final List<X509Certificate> issued = new ArrayList<>();
        private final TreeMap<Instant, AuthorityState> authorities = new TreeMap<>(Map.of(BEGIN, AuthorityState.NONE));
        private final TreeMap<Instant, Identity> identity = new TreeMap<>(Map.of(BEGIN, Identity.NONE));
        private final Map<AuthorityStep, Integer> steps = new TreeMap<>();
        private final boolean straggler;
        private Instant now = BEGIN;

        /** @param straggler whether there is another Secret that cannot be written */
        World(boolean straggler) {
            this.straggler = straggler;
        }

        void run(boolean crash) {
            advance();
            if (crash) {
                return;
            }
            var present = identity.lastEntry().getValue().data();
            var content = identities.content(present, authorities.lastEntry().getValue(), gateway, now);
            if (!content.data().equals(present)) {
                identity.put(now, Identity.of(content.data()));
            }
            if (content.renewed() != null) {
                issued.add(read(content.data().get(IdentitySecret.CERTIFICATE)).getFirst());
            }
            advance();
        }

        private void advance() {
            var state = authorities.lastEntry().getValue();
            var present = identity.lastEntry().getValue().data();
            var advance = rotation.advance(state, !straggler && IdentitySecret.announces(present, state), now);
            advance.taken().forEach(step -> steps.merge(step, 1, Integer::sum));
            if (!advance.taken().isEmpty()) {
                var reading = AuthoritySecret.read(AuthoritySecret.write(advance.state()));
                assertThat(reading.problems()).isEmpty();
                authorities.put(now, reading.state());
            }
        }

        void issueFromStaleState() {
            var oldest = inUse(authorities).getFirst();
            if (oldest.current() != null && !oldest.current().expired(now)) {
                issued.add(issuer.issue(oldest, gateway, now).certificate());
            }
        }

        void check() {
            issued.removeIf(
                    certificate -> !certificate.getNotAfter().toInstant().isAfter(now));
            for (var operator : inUse(authorities)) {
                assertThat(issued)
                        .as(
                                "certificates of gateways, at an operator, %s after the begin",
                                Duration.between(BEGIN, now))
                        .allMatch(certificate -> trusts(operator.trusted(), certificate.getIssuerX500Principal()));
                var issuing = operator.current().certificate().getSubjectX500Principal();
                assertThat(inUse(identity))
                        .as("an operator, at gateways, %s after the begin", Duration.between(BEGIN, now))
                        .allMatch(reader -> trusts(reader.authorities(), issuing));
            }
        }

        private boolean trusts(List<X509Certificate> trusted, X500Principal issuing) {
            return trusted.stream()
                    .anyMatch(authority -> authority.getSubjectX500Principal().equals(issuing)
                            && authority.getNotAfter().toInstant().isAfter(now));
        }

        /** The states that a reader may still use: all data of the Secret during the propagation time. */
        private <T> List<T> inUse(TreeMap<Instant, T> secret) {
            var oldest = secret.floorEntry(now.minus(PROPAGATION));
            return List.copyOf((oldest == null ? secret : secret.tailMap(oldest.getKey(), true)).values());
        }
    }

    private static List<X509Certificate> read(String pem) {
        try {
            return Pem.certificates(pem);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
