package dev.datapath.e2e.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Processor time of one process, all its threads, in nanoseconds ({@code /proc/<pid>/task/*}{@code /schedstat}). */
final class CpuClock {
    private CpuClock() {}

    /** Time in user and kernel mode so far; threads that have ended are not in it, and proxies end none under load. */
    static long nanos(long pid) {
        long sum = 0;
        try (var tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (var task : tasks) {
                sum += onCpu(task.resolve("schedstat"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " has ended", e);
        }
        return sum;
    }

    private static long onCpu(Path schedstat) throws IOException {
        try {
            var text = Files.readString(schedstat);
            return Long.parseLong(text.substring(0, text.indexOf(' ')));
        } catch (NoSuchFileException threadEnded) {
            return 0;
        }
    }
}
