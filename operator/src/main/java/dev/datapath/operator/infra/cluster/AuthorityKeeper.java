package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.ca.AuthorityRotation;
import dev.datapath.operator.ca.AuthoritySecret;
import dev.datapath.operator.ca.AuthorityState;
import dev.datapath.operator.ca.AuthorityStep;
import dev.datapath.operator.ca.Credential;
import dev.datapath.operator.ca.Issuer;
import dev.datapath.operator.ca.Lifetimes;
import dev.datapath.operator.ca.Subject;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.threads.Recurrence;
import dev.datapath.operator.xds.XdsTls;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Maintains the CA by which operators and gateways authenticate each other. It is stored in a Secret that all operators
 * read and the leader writes. Each operator issues its own certificate, which every gateway accepts at once when that
 * operator becomes the leader. Thread-safe.
 */
public final class AuthorityKeeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AuthorityKeeper.class.getName());
    private static final Duration SOON = Duration.ofSeconds(1);
    /** The maximum number of Secrets in a log line. */
    private static final int SHOWN = 10;

    private static final Duration LATEST = Duration.ofMinutes(10);
    /**
     * Maximum delay between retries when the API server fails: it may be needed to renew a certificate that expires
     * soon.
     */
    private static final Duration LATEST_RETRY = Duration.ofMinutes(1);

    private final KubernetesClient client;
    private final OperatorSettings settings;
    private final AuthorityRotation rotation;
    private final Issuer issuer;
    private final Function<AuthorityState, List<ObjectKey>> lacking;
    private final Runnable onChange;
    private final InstantSource clock;
    private final XdsTls tls;
    private final Recurrence steps = new Recurrence("authority", this::step);
    private volatile AuthorityState state = AuthorityState.NONE;
    private volatile boolean leading;
    private Duration retry = SOON;
    private List<ObjectKey> waitedFor = List.of();
    private Credential own;

    /**
     * Starts with a temporary CA that no gateway trusts, until a step finds or creates the real one.
     *
     * @param lacking returns the gateways' Secrets that do not hold all CA certificates of a state
     * @param onChange called after the CA certificates changed
     */
    public AuthorityKeeper(
            KubernetesClient client,
            OperatorSettings settings,
            Function<AuthorityState, List<ObjectKey>> lacking,
            Runnable onChange,
            InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.lacking = lacking;
        this.onChange = onChange;
        this.clock = clock;
        var lifetimes = lifetimes(settings);
        rotation = new AuthorityRotation(lifetimes);
        issuer = new Issuer(lifetimes);
        var unknown =
                rotation.advance(AuthorityState.NONE, false, clock.instant()).state();
        own = issuer.issue(unknown, subject(), clock.instant());
        try {
            tls = new XdsTls(chain(own), own.key(), trusted(unknown));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("newly issued certificates cannot be used", e);
        }
    }

    /** The lifetimes of CAs and certificates in these settings. */
    public static Lifetimes lifetimes(OperatorSettings settings) {
        var certificates = settings.certificates();
        return Lifetimes.of(certificates.authorityLifetime(), certificates.certificateLifetime());
    }

    /** The TLS credentials of the xDS server; they follow the CA. */
    public XdsTls tls() {
        return tls;
    }

    /** The state of the CA. It cannot issue certificates until the leader has created a CA. */
    AuthorityState state() {
        return state;
    }

    /** Starts the periodic steps; the first one runs immediately. */
    public void start() {
        steps.within(Duration.ZERO);
    }

    /** Whether this operator is the leader, which writes the Secret. */
    public void lead(boolean leads) {
        leading = leads;
        steps.within(Duration.ZERO);
    }

    /** Schedules a step because a gateway's Secret was written. Writes within one second share one step. */
    void trigger() {
        steps.within(SOON);
    }

    @Override
    public void close() {
        steps.close();
    }

    /** Returns the delay until the next step. */
    private Duration step() {
        try {
            var pause = Duration.between(clock.instant(), stepAndNext());
            retry = SOON;
            return pause.compareTo(SOON) < 0 ? SOON : pause.compareTo(LATEST) > 0 ? LATEST : pause;
        } catch (KubernetesClientException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Secret {0}/{1} of the CA cannot be read or written, retrying: {2}",
                    settings.namespace(),
                    settings.certificates().secret(),
                    e.getMessage());
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "CA maintenance failed, retrying", e);
        }
        var pause = retry;
        var longer = retry.multipliedBy(2);
        retry = longer.compareTo(LATEST_RETRY) > 0 ? LATEST_RETRY : longer;
        return pause;
    }

    private Instant stepAndNext() throws IOException, GeneralSecurityException {
        var secret = client.secrets()
                .inNamespace(settings.namespace())
                .withName(settings.certificates().secret())
                .get();
        var found = read(secret);
        if (leading) {
            found = rotate(found, secret);
        }
        take(found);
        var now = clock.instant();
        var next = rotation.nextLook(found);
        if (found.current() == null) {
            return now.plus(SOON);
        }
        var renewal = issuer.renewal(own);
        return next.isBefore(renewal) ? next : renewal;
    }

    private AuthorityState read(@Nullable Secret secret) {
        if (secret == null) {
            return AuthorityState.NONE;
        }
        var reading = AuthoritySecret.read(SecretData.text(secret));
        reading.problems()
                .forEach(problem -> LOG.log(
                        System.Logger.Level.ERROR,
                        "Secret {0}/{1}: {2}",
                        settings.namespace(),
                        settings.certificates().secret(),
                        problem));
        return reading.state();
    }

    private AuthorityState rotate(AuthorityState found, @Nullable Secret secret) {
        waitFor(AuthorityRotation.awaitsAnnouncement(found) ? lacking.apply(found) : List.of());
        var advance = rotation.advance(found, waitedFor.isEmpty(), clock.instant());
        if (advance.taken().contains(AuthorityStep.ANNOUNCE) && !waitedFor.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "CA: the current CA expires soon, so its successor becomes current although these Secrets do not hold it yet: {0}."
                            + " Gateways that use these Secrets receive no changes until the Secrets are updated",
                    some(waitedFor));
        }
        if (!advance.state().equals(found)) {
            LOG.log(System.Logger.Level.INFO, "CA: {0}", advance.taken());
            write(advance.state(), secret);
        }
        return advance.state();
    }

    /** Logged once, and again when the list changes. */
    private void waitFor(List<ObjectKey> secrets) {
        if (!secrets.equals(waitedFor) && !secrets.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "CA: waiting until these Secrets hold the next CA: {0}", some(secrets));
        }
        waitedFor = secrets;
    }

    private static String some(List<ObjectKey> secrets) {
        var shown = secrets.stream().limit(SHOWN).map(ObjectKey::toString).collect(Collectors.joining(", "));
        return secrets.size() > SHOWN ? shown + " and " + (secrets.size() - SHOWN) + " others" : shown;
    }

    /**
     * Sends the resource version that was read. If another operator has written in between, the update fails and the
     * step is repeated.
     */
    private void write(AuthorityState rotated, @Nullable Secret before) {
        var data = SecretData.encoded(AuthoritySecret.write(rotated));
        if (before == null) {
            client.resource(new SecretBuilder()
                            .withNewMetadata()
                            .withNamespace(settings.namespace())
                            .withName(settings.certificates().secret())
                            .withLabels(Map.of("app.kubernetes.io/managed-by", "datapath-operator"))
                            .endMetadata()
                            .withType("Opaque")
                            .withData(data)
                            .build())
                    .create();
        } else {
            client.resource(new SecretBuilder(before).withData(data).build()).update();
        }
    }

    private void take(AuthorityState found) throws IOException, GeneralSecurityException {
        if (found.current() == null) {
            return;
        }
        var reason = issuer.whyRenew(own, found, subject(), clock.instant());
        if (reason != null) {
            own = issuer.issue(found, subject(), clock.instant());
            tls.rotate(chain(own), own.key());
        }
        if (!found.equals(state)) {
            tls.trust(trusted(found));
            state = found;
            onChange.run();
        }
    }

    private Subject subject() {
        return Subject.operator(settings.xdsHost());
    }

    private static X509Certificate[] chain(Credential credential) {
        return new X509Certificate[] {credential.certificate()};
    }

    private static X509Certificate[] trusted(AuthorityState state) {
        return state.trusted().toArray(X509Certificate[]::new);
    }
}
