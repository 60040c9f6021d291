package dev.datapath.e2e.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says of a process's memory and processor time ({@code /proc/<pid>}). */
public final class ProcessMemory {
    private ProcessMemory() {}

    /** Resident memory now, in bytes ({@code VmRSS}). */
    public static long residentBytes(long pid) {
        return statusKib(pid, "VmRSS:") * 1024;
    }

    /** The largest resident memory so far, in bytes ({@code VmHWM}). */
    public static long peakBytes(long pid) {
        return statusKib(pid, "VmHWM:") * 1024;
    }

    /** Processor time used so far in user and kernel mode, in seconds; the unit of the source is 10 ms. */
    public static double cpuSeconds(long pid) {
        var stat = read(Path.of("/proc", Long.toString(pid), "stat"));
        // The name in parentheses may hold spaces; utime and stime are fields 14 and 15 of proc(5).
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    private static long statusKib(long pid, String key) {
        return read(Path.of("/proc", Long.toString(pid), "status"))
                .lines()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("process " + pid + " has ended"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + " (the process may have ended)", e);
        }
    }
}
