package dev.datapath.e2e.bench;

import dev.datapath.e2e.k3s.K3sCluster;
import dev.datapath.e2e.rig.Patience;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When pods become ready, by a watch: the API server's own times are whole seconds. The clock is the machine's uptime, which is
 * also what Linux gives for the start of a process; so cluster and benchmark have to share a kernel.
 */
final class PodStarts implements AutoCloseable {
    private static final long LOOK_MILLIS = 5;

    /** A pod that was ready when it was seen first has no moment at which it became so. */
    private record Seen(Pod pod, double readyAt) {}

    private final K3sCluster cluster;
    private final Map<String, Seen> ready = new ConcurrentHashMap<>();
    private final Watch watch;

    PodStarts(K3sCluster cluster, String namespace, String label, String value) {
        this.cluster = cluster;
        watch = cluster.client()
                .pods()
                .inNamespace(namespace)
                .withLabel(label, value)
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, Pod pod) {
                        note(action, pod);
                    }

                    @Override
                    public void onClose(WatcherException lost) {
                        // The wait for a pod that is never seen ends with an error.
                    }
                });
    }

    private void note(Watcher.Action action, Pod pod) {
        boolean isReady = pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
        if (action != Watcher.Action.DELETED && isReady) {
            ready.putIfAbsent(pod.getMetadata().getName(), new Seen(pod, uptime()));
        }
    }

    /**
     * Has one more pod started.
     *
     * @param more asks for it
     * @return seconds from the start of its first process until it was ready
     */
    double measure(Runnable more) {
        var before = Map.copyOf(ready);
        more.run();
        Patience.await(
                "another pod is ready", LOOK_MILLIS, () -> !before.keySet().containsAll(ready.keySet()));
        var started = ready.values().stream()
                .filter(seen -> !before.containsKey(seen.pod().getMetadata().getName()))
                .findFirst()
                .orElseThrow();
        return started.readyAt() - cluster.process(started.pod()).startedSeconds();
    }

    private static double uptime() {
        try {
            return Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
        } catch (IOException e) {
            throw new UncheckedIOException("these measurements need Linux", e);
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
