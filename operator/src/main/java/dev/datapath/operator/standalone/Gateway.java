package dev.datapath.operator.standalone;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one gateway running. Starts it, adopts a running process, replaces a process that is draining or was started
 * with other settings, restarts it when it ends, and drains it when it is no longer wanted. At most one of its
 * processes accepts connections at any time: the next one starts when the previous one has closed its ports, and does
 * not wait for its transfers.
 *
 * <p>Confined to one thread, which calls {@link #step} after an event and at {@link #nextStep}.
 */
final class Gateway {
    /** The state of a gateway. */
    enum Phase {
        /** Its process runs and is not ready yet. */
        STARTING,
        /** It serves. */
        RUNNING,
        /** It ended and will be restarted soon. */
        BACKING_OFF,
        /** It is no longer wanted and completes its transfers. */
        DRAINING,
        /** It has ended permanently. */
        STOPPED
    }

    /** Drains a process in the background. */
    interface Drainer {
        Draining drain(String name, GatewayProcess process, Duration timeout);
    }

    /**
     * A draining process.
     *
     * @param closed completes when another process can open its ports
     * @param ended completes when it has ended
     */
    record Draining(CompletableFuture<?> closed, CompletableFuture<?> ended) {}

    /** Maximum number of draining processes besides the serving one: each takes memory. */
    static final int MOST_DRAINING = 4;

    private static final System.Logger LOG = System.getLogger(Gateway.class.getName());

    private final GatewayLauncher launcher;
    private final Drainer drainer;
    private final Backoff backoff;

    private GatewaySpec spec;
    private boolean wanted = true;
    private boolean looked;
    private @Nullable GatewayProcess process;
    private final List<Draining> draining = new ArrayList<>();
    private Instant startedAt = Instant.EPOCH;
    private @Nullable Instant restartAt;
    private int failures;
    private int restarts;
    private boolean ready;
    private String problem = "";

    Gateway(GatewaySpec spec, GatewayLauncher launcher, Drainer drainer, Backoff backoff) {
        this.spec = spec;
        this.launcher = launcher;
        this.drainer = drainer;
        this.backoff = backoff;
    }

    /**
     * Sets the desired specification of a gateway that is wanted, possibly again. The new drain time applies
     * immediately, all other settings apply at the next start. A running gateway is not replaced, because its clients
     * would lose their connections.
     */
    void want(GatewaySpec next) {
        spec = next;
        wanted = true;
    }

    boolean isWanted() {
        return wanted;
    }

    /** The gateway is no longer wanted: it completes its transfers and ends. */
    void stop() {
        wanted = false;
        ready = false;
    }

    /**
     * Records the readiness from the admin interface; {@code of} is the scraped process, which may have ended since.
     */
    void observed(GatewayProcess of, boolean isReady) {
        ready = wanted && of.equals(process) && isReady;
        if (ready) {
            problem = "";
        }
    }

    /** Performs the steps that are due at {@code now}. */
    void step(Instant now) {
        draining.removeIf(drain -> drain.ended().isDone());
        if (process != null && !process.alive()) {
            ended(process, now);
        }
        if (!wanted) {
            if (process != null) {
                drain(process);
                process = null;
            }
            return;
        }
        if (!looked) {
            looked = true;
            launcher.find(spec).forEach(found -> takeOver(found, now));
        }
        if (process == null && portsAreFree() && (restartAt == null || !now.isBefore(restartAt))) {
            start(now);
        }
    }

    private boolean portsAreFree() {
        if (draining.size() >= MOST_DRAINING) {
            problem = "waits for one of " + draining.size()
                    + " previous processes to complete its transfers, for at most "
                    + spec.drainTimeout().toSeconds() + " s (spec.drain.timeout)";
            return false;
        }
        return draining.stream().allMatch(drain -> drain.closed().isDone());
    }

    /** When {@link #step} is due without an event. */
    Optional<Instant> nextStep() {
        return process == null && wanted && portsAreFree() ? Optional.ofNullable(restartAt) : Optional.empty();
    }

    Phase phase() {
        if (process != null) {
            return ready ? Phase.RUNNING : Phase.STARTING;
        }
        if (wanted) {
            return restartAt == null ? Phase.STARTING : Phase.BACKING_OFF;
        }
        return draining.isEmpty() ? Phase.STOPPED : Phase.DRAINING;
    }

    GatewaySpec spec() {
        return spec;
    }

    /** The serving or starting process; empty while there is none. */
    Optional<GatewayProcess> process() {
        return Optional.ofNullable(process);
    }

    /** Why it is not ready, for messages; empty when unknown. */
    String problem() {
        return problem;
    }

    /** How often it was restarted after it had ended on its own. */
    int restarts() {
        return restarts;
    }

    private void takeOver(GatewayLauncher.Found found, Instant now) {
        var pid = Long.toString(found.process().pid());
        if (found.fits()) {
            process = found.process();
            startedAt = now;
            LOG.log(System.Logger.Level.INFO, "gateway {0} is already running (pid {1}), adopting it", name(), pid);
        } else {
            LOG.log(
                    System.Logger.Level.INFO,
                    "gateway {0} runs with other settings or is draining (pid {1}), draining and replacing it",
                    name(),
                    pid);
            drain(found.process());
        }
    }

    private void drain(GatewayProcess running) {
        draining.add(drainer.drain(name(), running, spec.drainTimeout()));
    }

    private void start(Instant now) {
        try {
            process = launcher.start(spec);
            startedAt = now;
            if (restartAt != null) {
                restarts++;
                restartAt = null;
            }
        } catch (IOException e) {
            problem = "cannot be started: " + e.getMessage();
            backOff(now);
        }
    }

    private void ended(GatewayProcess gone, Instant now) {
        var words = gone.lastWords();
        problem = "ended (pid " + gone.pid() + ")" + (words.isEmpty() ? "" : ": " + words);
        process = null;
        ready = false;
        if (wanted) {
            if (now.isAfter(startedAt.plus(backoff.stable()))) {
                failures = 0;
            }
            backOff(now);
        }
    }

    private void backOff(Instant now) {
        var delay = backoff.delay(failures++);
        restartAt = now.plus(delay);
        LOG.log(
                System.Logger.Level.WARNING,
                "gateway {0} {1}; restarting in {2} ms",
                name(),
                problem,
                delay.toMillis());
    }

    private String name() {
        return spec.id().name();
    }
}
