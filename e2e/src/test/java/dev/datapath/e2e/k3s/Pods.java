package dev.datapath.e2e.k3s;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;

/** What happens to pods. */
final class Pods {
    private Pods() {}

    static List<String> names(List<Pod> pods) {
        return pods.stream().map(pod -> pod.getMetadata().getName()).toList();
    }

    /** Kills the operator that leads at once, and waits until another one does. */
    static void killLeader(Installation installation) {
        var leader = installation.leader();
        installation
                .cluster()
                .kubectl("delete", "pod", leader, "-n", Installation.NAMESPACE, "--grace-period=0", "--force");
        await().atMost(Told.PATIENCE).until(() -> !List.of("", leader).contains(installation.leader()));
    }
}
