package dev.datapath.operator.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The result of {@code datapath stop}.
 *
 * @param run process that was stopped; 0 when none was running
 * @param gateways number of gateways of a killed run that were ended
 */
public record StoppedRun(long run, int gateways) {
    private static final Duration POLL = Duration.ofMillis(100);

    /**
     * Stops the run of a directory, and then drains and ends the remaining gateways. Blocks until they have ended.
     *
     * @param workDirectory directory with the files of the gateways; null for the one that the run recorded, or the
     *     standard one
     * @param now whether active transfers are aborted
     * @throws IOException when a run has locked the directory and cannot be signalled, or another run has locked the
     *     work directory
     */
    public static StoppedRun stop(Path source, @Nullable Path workDirectory, boolean now)
            throws IOException, InterruptedException {
        var holder = StatusDirectory.holder(source);
        long run = 0;
        if (StatusDirectory.isHeld(source)) {
            long pid = holder.map(StatusDirectory.Holder::pid).orElse(0L);
            run = signal(source, pid, () -> StatusDirectory.isHeld(source), now);
        }
        var root = workDirectory != null
                ? workDirectory
                : holder.isPresent() ? holder.get().work() : WorkDirectory.standard(source);
        // If the source is a link, its target may have changed since the start of the run.
        var other = WorkDirectory.holder(root);
        if (other.isPresent()) {
            run = signal(
                    source, other.getAsLong(), () -> WorkDirectory.holder(root).isPresent(), now);
        }
        return new StoppedRun(run, endGateways(root, now));
    }

    /** The result as a message. */
    public String message() {
        if (run == 0 && gateways == 0) {
            return "nothing is running";
        }
        return (run == 0 ? "" : "stopped process " + run)
                + (run == 0 || gateways == 0 ? "" : ", and ")
                + (gateways == 0
                        ? ""
                        : "ended " + gateways + (gateways == 1 ? " gateway" : " gateways") + " of a killed run");
    }

    /** Whether the run continues. */
    private interface Held {
        boolean test() throws IOException;
    }

    private static long signal(Path source, long pid, Held held, boolean now) throws IOException, InterruptedException {
        var process = ProcessHandle.of(pid)
                .orElseThrow(() -> new IOException("process " + pid + ", which serves " + source
                        + ", is not visible here: stop it in the environment where it runs"));
        if (!process.destroy()) {
            throw new IOException("process " + pid + ", which serves " + source
                    + ", cannot be stopped by this user: stop it as its owner");
        }
        boolean hurried = false;
        while (held.test()) {
            Thread.sleep(POLL);
            if (now && !hurried) {
                hurried = process.destroy();
            }
        }
        return pid;
    }

    private static int endGateways(Path root, boolean now) throws IOException, InterruptedException {
        if (!Files.isDirectory(root)) {
            return 0;
        }
        try (var work = WorkDirectory.open(root)) {
            var left = new LocalLauncher().all(work.root());
            var drain = new BackgroundDrain(Drain.DEFAULT, () -> {});
            if (now) {
                drain.hurry();
            }
            var drains = left.stream()
                    .<Future<?>>map(gateway -> drain.drain(
                                    String.valueOf(gateway.directory().getFileName()),
                                    gateway.process(),
                                    gateway.drainTimeout())
                            .ended())
                    .toList();
            for (var each : drains) {
                while (!each.isDone()) {
                    Thread.sleep(POLL);
                }
            }
            work.lastGood().forgetCertificates();
            return left.size();
        }
    }
}
