package dev.datapath.operator.standalone;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one gateway running: starts it, adopts one that runs already, replaces one that was started in another way,
 * starts it again when it ends, and drains it when it is not wanted any more. At no time are there two of it.
 *
 * <p>Confined to one thread, which calls {@link #step} when something happened and at {@link #nextStep}.
 */
final class Gateway {
    /** Where a gateway stands. */
    enum Phase {
        /** Its process runs and is not ready yet. */
        STARTING,
        /** It serves. */
        RUNNING,
        /** It ended and is started again soon. */
        BACKING_OFF,
        /** It finishes its transfers. */
        DRAINING,
        /** It has ended for good. */
        STOPPED
    }

    /** Drains a process in the background; the future completes when it has ended. */
    interface Drainer {
        CompletableFuture<?> drain(String name, GatewayProcess process, Duration timeout);
    }

    private static final System.Logger LOG = System.getLogger(Gateway.class.getName());

    private final GatewayLauncher launcher;
    private final Drainer drainer;
    private final Backoff backoff;

    private GatewaySpec spec;
    private @Nullable GatewaySpec startedWith;
    private boolean wanted = true;
    private boolean looked;
    private @Nullable GatewayProcess process;
    private @Nullable CompletableFuture<?> drain;
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
     * Takes another specification: its drain time from now on, the rest when the gateway is next started. A gateway is not
     * replaced for it, because its port would be closed for as long as its transfers last.
     */
    void update(GatewaySpec next) {
        spec = next;
    }

    /** Whether the process was started by an earlier specification. */
    boolean outdated() {
        return process != null && startedWith != null && !startedWith.startsLike(spec);
    }

    /** The gateway is not wanted any more: it finishes its transfers and ends. */
    void stop() {
        wanted = false;
        ready = false;
    }

    /** Takes what the admin interface said; {@code of} is the process that was asked, which may have ended since. */
    void observed(GatewayProcess of, boolean isReady) {
        ready = of.equals(process) && drain == null && isReady;
        if (ready) {
            problem = "";
        }
    }

    /** Does what is due at {@code now}. */
    void step(Instant now) {
        if (drain != null && drain.isDone()) {
            drain = null;
            process = null;
        }
        if (drain != null) {
            return;
        }
        if (process != null && !process.alive()) {
            ended(process, now);
        }
        if (!wanted) {
            if (process != null) {
                startDrain(process);
            }
        } else if (!looked) {
            looked = true;
            launcher.find(spec).ifPresent(found -> takeOver(found, now));
        }
        if (wanted && process == null && (restartAt == null || !now.isBefore(restartAt))) {
            start(now);
        }
    }

    /** When {@link #step} is due without anything happening. */
    Optional<Instant> nextStep() {
        return process == null && wanted ? Optional.ofNullable(restartAt) : Optional.empty();
    }

    Phase phase() {
        if (drain != null) {
            return Phase.DRAINING;
        }
        if (process != null) {
            return ready ? Phase.RUNNING : Phase.STARTING;
        }
        return wanted ? Phase.BACKING_OFF : Phase.STOPPED;
    }

    GatewaySpec spec() {
        return spec;
    }

    /** The process that serves or starts; empty while there is none or it drains. */
    Optional<GatewayProcess> process() {
        return drain == null ? Optional.ofNullable(process) : Optional.empty();
    }

    /** Why it is not ready, for people; empty when nothing is known. */
    String problem() {
        return problem;
    }

    /** How often it was started again after it had ended by itself. */
    int restarts() {
        return restarts;
    }

    private void takeOver(GatewayLauncher.Found found, Instant now) {
        process = found.process();
        startedAt = now;
        if (found.fits()) {
            startedWith = spec;
            LOG.log(System.Logger.Level.INFO, "gateway {0} runs already (pid {1}) and stays", name(), pid());
        } else {
            LOG.log(
                    System.Logger.Level.INFO,
                    "gateway {0} runs with other settings (pid {1}): it is drained and replaced",
                    name(),
                    pid());
            startDrain(found.process());
        }
    }

    private void startDrain(GatewayProcess running) {
        ready = false;
        drain = drainer.drain(name(), running, spec.drainTimeout());
    }

    private void start(Instant now) {
        try {
            process = launcher.start(spec);
            startedWith = spec;
            startedAt = now;
            if (restartAt != null) {
                restarts++;
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
                "gateway {0} {1}; next start in {2} ms",
                name(),
                problem,
                delay.toMillis());
    }

    private String name() {
        return spec.id().name();
    }

    private String pid() {
        return process == null ? "-" : Long.toString(process.pid());
    }
}
