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
 * Keeps one gateway running: starts it, adopts one that runs already, replaces one that was started in another way or drains,
 * starts it again when it ends, and drains it when it is not wanted any more. At no time do two of it accept connections: the next one
 * starts when the one before has closed its ports, and does not wait for its transfers.
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
        /** It is not wanted any more and finishes its transfers. */
        DRAINING,
        /** It has ended for good. */
        STOPPED
    }

    /** Drains a process in the background. */
    interface Drainer {
        Draining drain(String name, GatewayProcess process, Duration timeout);
    }

    /**
     * A process that finishes its transfers.
     *
     * @param closed completes when its ports can be opened by another process
     * @param ended completes when it has ended
     */
    record Draining(CompletableFuture<?> closed, CompletableFuture<?> ended) {}

    /** How many processes may finish their transfers beside the one that serves: each takes memory. */
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
     * The gateway is wanted, perhaps again, and by this specification: its drain time counts from now on, the rest when the gateway is
     * next started. A gateway that runs is not replaced for it, because its clients would lose their connections.
     */
    void want(GatewaySpec next) {
        spec = next;
        wanted = true;
    }

    boolean isWanted() {
        return wanted;
    }

    /** The gateway is not wanted any more: it finishes its transfers and ends. */
    void stop() {
        wanted = false;
        ready = false;
    }

    /** Takes what the admin interface said; {@code of} is the process that was asked, which may have ended since. */
    void observed(GatewayProcess of, boolean isReady) {
        ready = wanted && of.equals(process) && isReady;
        if (ready) {
            problem = "";
        }
    }

    /** Does what is due at {@code now}. */
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
            problem = "waits for one of " + draining.size() + " processes before it to finish its transfers, for "
                    + spec.drainTimeout().toSeconds() + " s at most (spec.drain.timeout)";
            return false;
        }
        return draining.stream().allMatch(drain -> drain.closed().isDone());
    }

    /** When {@link #step} is due without anything happening. */
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

    /** The process that serves or starts; empty while there is none. */
    Optional<GatewayProcess> process() {
        return Optional.ofNullable(process);
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
        var pid = Long.toString(found.process().pid());
        if (found.fits()) {
            process = found.process();
            startedAt = now;
            LOG.log(System.Logger.Level.INFO, "gateway {0} runs already (pid {1}) and stays", name(), pid);
        } else {
            LOG.log(
                    System.Logger.Level.INFO,
                    "gateway {0} runs with other settings or finishes its transfers (pid {1}): it is drained and replaced",
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
                "gateway {0} {1}; next start in {2} ms",
                name(),
                problem,
                delay.toMillis());
    }

    private String name() {
        return spec.id().name();
    }
}
