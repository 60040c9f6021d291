package dev.datapath.e2e.k3s;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is in a cluster of DataPath: all objects with its labels, of any kind, and all that is in the namespace of the release. */
final class Remains {
    /** What Kubernetes puts into each namespace, and Events, which are gone after an hour. */
    private static final List<String> OF_KUBERNETES =
            List.of("configmap/kube-root-ca.crt", "serviceaccount/default", "event/", "event.events.k8s.io/");

    private Remains() {}

    /** Deletes what docs/install.md says that an uninstallation leaves: definitions, Lease and authority. */
    static void delete(K3sCluster cluster) {
        cluster.kubectl(
                "delete",
                "crd",
                "datapaths.datapath.dev",
                "storagepools.datapath.dev",
                "routingpolicies.datapath.dev",
                "servicelevelobjectives.datapath.dev");
        cluster.kubectl("delete", "-n", Installation.NAMESPACE, "lease/datapath-operator", "secret/datapath-authority");
    }

    /** Kinds and names, sorted. */
    static List<String> in(K3sCluster cluster) {
        var namespaced = kinds(cluster, "--namespaced=true");
        var all = namespaced + "," + kinds(cluster, "--namespaced=false");
        return Stream.of(
                        named(cluster, all, "-A", "-l", "app.kubernetes.io/part-of=datapath"),
                        named(cluster, all, "-A", "-l", "app.kubernetes.io/managed-by=datapath-operator"),
                        named(cluster, namespaced, "-n", Installation.NAMESPACE))
                .flatMap(List::stream)
                .filter(name -> OF_KUBERNETES.stream().noneMatch(name::startsWith))
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .toList();
    }

    private static String kinds(K3sCluster cluster, String scope) {
        return String.join(
                ",",
                cluster.kubectl("api-resources", "--verbs=list", "-o", "name", scope)
                        .lines()
                        .toList());
    }

    private static List<String> named(K3sCluster cluster, String kinds, String... selection) {
        return cluster.kubectl(Stream.concat(Stream.of("get", kinds, "-o", "name"), Stream.of(selection))
                        .toArray(String[]::new))
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }
}
