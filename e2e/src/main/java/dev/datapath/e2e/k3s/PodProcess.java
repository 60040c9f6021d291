package dev.datapath.e2e.k3s;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Comparator;
import java.util.List;

/**
 * The first process of a pod's container, as Linux sees it.
 *
 * @param startedSeconds when it was made, in seconds since the machine started; a container counts as started a moment later
 * @param residentBytes resident memory now
 * @param peakBytes the largest resident memory so far
 */
public record PodProcess(double startedSeconds, long residentBytes, long peakBytes) {
    /** Clock ticks of {@code /proc/<pid>/stat} in a second: proc(5), {@code sysconf(_SC_CLK_TCK)}. */
    private static final double TICKS = 100;
    /** Keeps the pod's namespaces; it is nobody's container. */
    private static final String PAUSE = "pause";

    private record Line(String command, PodProcess process) {}

    /** Prints name, start, and memory in KiB of each process of the pod; the name of its control group holds the pod's uid. */
    static String listing(Pod pod) {
        return each(
                pod,
                "echo \"$(cat $p/comm) $(sed 's/.*) //' $p/stat | cut -d' ' -f20)"
                        + " $(sed -n 's/^Vm\\(RSS\\|HWM\\):[^0-9]*\\([0-9]*\\).*/\\2/p' $p/status | tr '\\n' ' ')\"");
    }

    /** Ends all processes of the pod, without letting them know before. */
    static String killing(Pod pod) {
        return each(pod, "kill -9 ${p#/proc/} || true");
    }

    private static String each(Pod pod, String action) {
        // With systemd in charge of control groups, names have underscores.
        var name = "pod" + pod.getMetadata().getUid().replace('-', '.');
        return "for p in /proc/[0-9]*; do if grep -q " + name + " $p/cgroup 2>/dev/null; then " + action + "; fi; done";
    }

    static PodProcess parse(Pod pod, String listing) {
        return listing.lines()
                .map(PodProcess::line)
                .filter(line -> !line.command().equals(PAUSE))
                .map(Line::process)
                .min(Comparator.comparing(PodProcess::startedSeconds))
                .orElseThrow(() -> new IllegalStateException(
                        "pod " + pod.getMetadata().getName() + " has no process: " + listing));
    }

    private static Line line(String text) {
        var words = List.of(text.strip().split(" +"));
        // The kernel writes the peak before the current size.
        return new Line(
                words.get(0),
                new PodProcess(
                        Long.parseLong(words.get(1)) / TICKS,
                        Long.parseLong(words.get(3)) * 1024,
                        Long.parseLong(words.get(2)) * 1024));
    }
}
