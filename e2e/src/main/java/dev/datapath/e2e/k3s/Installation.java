package dev.datapath.e2e.k3s;

import com.marcnuri.helm.Helm;
import dev.datapath.e2e.rig.BuildTree;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** DataPath, installed in a cluster by its Helm chart, with the images that {@code e2e/cluster-images} made. */
public final class Installation {
    /** Archive with the images. */
    public static final String VARIABLE = "DATAPATH_CLUSTER_IMAGES";

    /** Why {@code e2e/cluster-environment} could not make the archive. */
    private static final String UNAVAILABLE = "DATAPATH_CLUSTER_IMAGES_UNAVAILABLE";

    /** Namespace of the release. */
    public static final String NAMESPACE = "datapath-system";

    private static final String RELEASE = "datapath";
    private static final String OPERATOR = "datapath-operator";

    /** The chart as it is. */
    public static final Path CHART = BuildTree.projectRoot().resolve("helm/datapath");

    private final K3sCluster cluster;
    private final Path kubeconfig;

    private Installation(K3sCluster cluster, Path kubeconfig) {
        this.cluster = cluster;
        this.kubeconfig = kubeconfig;
    }

    /** Why it cannot be installed here; empty when it can. */
    public static Optional<String> missing() {
        return archive().isPresent()
                ? Optional.empty()
                : Optional.of(Optional.ofNullable(System.getenv(UNAVAILABLE))
                        .orElse("there are no images: run e2e/cluster-images and put what it prints into " + VARIABLE));
    }

    /** The cluster it is in. */
    public K3sCluster cluster() {
        return cluster;
    }

    /** Makes the images known to the cluster, installs the chart, and waits until its operators are ready. */
    public static Installation in(K3sCluster cluster, Map<String, String> values) throws IOException {
        load(cluster);
        return of(CHART, cluster, values);
    }

    /** Makes the images known to the cluster. */
    public static void load(K3sCluster cluster) {
        cluster.load(
                archive().orElseThrow(() -> new IllegalStateException(missing().orElseThrow())));
    }

    /** Installs a chart, whose images are known to the cluster, and waits until its operators are ready. */
    public static Installation of(Path chart, K3sCluster cluster, Map<String, String> values) throws IOException {
        var kubeconfig = Files.writeString(Files.createTempFile("kubeconfig", ".yaml"), cluster.kubeconfig());
        kubeconfig.toFile().deleteOnExit();
        cluster.client()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .serverSideApply();
        var installation = new Installation(cluster, kubeconfig);
        var install = new Helm(chart)
                .install()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeConfig(kubeconfig)
                .set("resources.requests.cpu", "50m");
        values.forEach(install::set);
        install.call();
        installation.awaitOperators();
        return installation;
    }

    /** Waits until as many operators are ready as there should be. */
    public void awaitOperators() {
        client().apps().deployments().inNamespace(NAMESPACE).withName(OPERATOR).waitUntilReady(3, TimeUnit.MINUTES);
    }

    /** Has so many operators run; does not wait. */
    public void scale(int operators) {
        client().apps().deployments().inNamespace(NAMESPACE).withName(OPERATOR).scale(operators);
    }

    /** The operators' pods. */
    public List<Pod> operators() {
        return client().pods()
                .inNamespace(NAMESPACE)
                .withLabel("app.kubernetes.io/component", "operator")
                .list()
                .getItems();
    }

    /** The name of the pod that leads; empty when none does. */
    public String leader() {
        var lease = client().leases().inNamespace(NAMESPACE).withName(OPERATOR).get();
        var holder = lease == null ? null : lease.getSpec().getHolderIdentity();
        return holder == null ? "" : holder;
    }

    /** What the leader measures, in the text format of Prometheus. */
    public String metrics() {
        return cluster.kubectl(
                "get", "--raw", "/api/v1/namespaces/" + NAMESPACE + "/pods/" + leader() + ":8080/proxy/q/metrics");
    }

    /** How often the leader has looked at objects of a kind since it started. */
    public double reconciliations(String kind) {
        var metrics = metrics();
        var line = "datapath_reconciliations_total{kind=\"" + kind + "\",result=\"success\"} ";
        return metrics.lines()
                .filter(text -> text.startsWith(line))
                .mapToDouble(text -> Double.parseDouble(text.substring(line.length())))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no reconciliations of " + kind + " are counted"));
    }

    /** The version of the chart as it is, which its images have too. */
    public static String version() {
        try (var chart = Files.lines(CHART.resolve("Chart.yaml"))) {
            return chart.filter(line -> line.startsWith("appVersion: "))
                    .map(line -> line.substring("appVersion: ".length()))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long ago the leader said last that it leads. */
    public Duration sinceRenewed() {
        var lease = client().leases().inNamespace(NAMESPACE).withName(OPERATOR).require();
        return Duration.between(lease.getSpec().getRenewTime(), ZonedDateTime.now(ZoneOffset.UTC));
    }

    /** Upgrades the release to the chart as it is, in the way of docs/install.md, with other values. */
    public void upgrade(Map<String, String> values) {
        var upgrade = new Helm(CHART)
                .upgrade()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeConfig(kubeconfig)
                .resetThenReuseValues();
        values.forEach(upgrade::set);
        upgrade.call();
    }

    /** Uninstalls the release. */
    public void uninstall() {
        Helm.uninstall(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeConfig(kubeconfig)
                .call();
    }

    private KubernetesClient client() {
        return cluster.client();
    }

    private static Optional<Path> archive() {
        return Optional.ofNullable(System.getenv(VARIABLE))
                .filter(name -> !name.isBlank())
                .map(Path::of)
                .filter(Files::isReadable);
    }
}
