package dev.datapath.e2e.k3s;

import com.github.dockerjava.api.model.ContainerNetwork;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.MountableFile;

/** A Kubernetes cluster of one node, in a container of its own. */
public final class K3sCluster implements AutoCloseable {
    /** Port of the API server inside of the container. */
    private static final int API_SERVER = 6443;
    /** Node ports that can be reached from outside: {@link #nodePort}. */
    private static final int FIRST_NODE_PORT = 30_080;

    private static final int NODE_PORTS = 8;
    private static final Duration START_LIMIT = Duration.ofMinutes(4);

    /** Kubelet has Secrets in pods renewed within seconds instead of a minute and a half, and who asks what is written down. */
    private static final String SETTINGS = """
            kubelet-arg: [sync-frequency=5s]
            kube-apiserver-arg: [audit-policy-file=%s, audit-log-path=%s]
            """.formatted(AuditLog.POLICY_FILE, AuditLog.FILE);

    /** How wget says that the answer is an error. */
    private static final Pattern HTTP_STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");

    private static final List<String> CRDS =
            List.of("datapaths", "routingpolicies", "servicelevelobjectives", "storagepools");

    private final K3sContainer container;
    private final KubernetesClient client;
    private final AtomicInteger namespaces = new AtomicInteger();

    private K3sCluster(K3sContainer container) {
        this.container = container;
        this.client = newClient().build();
    }

    /**
     * Starts a cluster; its node is ready when this returns.
     *
     * @param image one that is not {@link K3sImage#missing}
     */
    @SuppressWarnings("resource") // closed with this
    public static K3sCluster start(K3sImage image) {
        // K3sContainer's constructor asks for Docker's address. Where this runs in a container itself, Testcontainers
        // asks a container
        // for that, with a client that it has only after this call.
        DockerClientFactory.instance().client();
        var container = new K3sContainer(image.forTestcontainers());
        container.withExposedPorts(Stream.concat(
                        Stream.of(API_SERVER),
                        IntStream.range(FIRST_NODE_PORT, FIRST_NODE_PORT + NODE_PORTS)
                                .boxed())
                .toArray(Integer[]::new));
        container.withCopyToContainer(Transferable.of(SETTINGS), "/etc/rancher/k3s/config.yaml");
        container.withCopyToContainer(Transferable.of(AuditLog.POLICY), AuditLog.POLICY_FILE);
        // A minute, the default, is too short for a machine that is busy with other tests.
        container.withStartupTimeout(START_LIMIT);
        container.start();
        return new K3sCluster(container);
    }

    /** A client with all rights. */
    public KubernetesClient client() {
        return client;
    }

    /** For another client with all rights, which the caller closes. */
    public KubernetesClientBuilder newClient() {
        return new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig()));
    }

    /** A kubeconfig with all rights, as YAML. */
    public String kubeconfig() {
        return container.getKubeConfigYaml();
    }

    /** Has the API server know the four kinds. */
    public void installCrds() {
        for (var plural : CRDS) {
            install("/META-INF/datapath/crds/" + plural + ".datapath.dev.yaml");
        }
    }

    /** Applies a custom resource definition of the class path, and waits until objects of it can be made. */
    public void install(String definition) {
        try (var file = open(definition)) {
            var crd = client.getKubernetesSerialization().unmarshal(file, CustomResourceDefinition.class);
            client.resource(crd).forceConflicts().serverSideApply();
            client.apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .withName(crd.getMetadata().getName())
                    .waitUntilCondition(K3sCluster::isEstablished, 1, TimeUnit.MINUTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String resource) {
        var file = K3sCluster.class.getResourceAsStream(resource);
        if (file == null) {
            throw new IllegalArgumentException(resource + " is not on the class path");
        }
        return file;
    }

    private static boolean isEstablished(@Nullable CustomResourceDefinition crd) {
        return crd != null
                && crd.getStatus() != null
                // A status that was only just begun has none.
                && crd.getStatus().getConditions() != null
                && crd.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Established")
                                && condition.getStatus().equals("True"));
    }

    /**
     * Makes the images of a {@code docker save} archive known to the node. Pods that use them set {@code imagePullPolicy:
     * IfNotPresent}, and a tag other than latest.
     */
    public void load(Path archive) {
        if (!Files.isReadable(archive)) {
            throw new IllegalArgumentException(archive + " cannot be read");
        }
        var inside = "/tmp/" + archive.getFileName();
        container.copyFileToContainer(MountableFile.forHostPath(archive), inside);
        exec("ctr", "--namespace", "k8s.io", "images", "import", inside);
        exec("rm", inside);
    }

    /** What the API server gets from some pods is lost, until this is closed. */
    public interface CutOff extends AutoCloseable {
        @Override
        void close();
    }

    /** Has the API server get nothing any more from the pods with these addresses; all else goes on. */
    public CutOff cutOff(Collection<String> addresses) {
        var sources = String.join(",", addresses);
        var rule = new String[] {"-s", sources, "-p", "tcp", "--dport", String.valueOf(API_SERVER), "-j", "DROP"};
        iptables("-I", rule);
        return () -> iptables("-D", rule);
    }

    private void iptables(String command, String[] rule) {
        exec(Stream.concat(Stream.of("iptables", command, "INPUT"), Stream.of(rule))
                .toArray(String[]::new));
    }

    /** Has the node know an image that it knows already under another name too; both with their registry. */
    public void tag(String image, String name) {
        exec("ctr", "--namespace", "k8s.io", "images", "tag", image, name);
    }

    /** Copies a program of the node to this machine. */
    public void copyProgram(String inside, Path file) {
        container.copyFileFromContainer(inside, file.toString());
        if (!file.toFile().setExecutable(true)) {
            throw new IllegalStateException(file + " cannot be made executable");
        }
    }

    /** What Docker knows the node by. */
    public String containerId() {
        return container.getContainerId();
    }

    /** A new namespace whose name begins so. */
    public String newNamespace(String prefix) {
        return newNamespace(prefix, Map.of());
    }

    /** A new namespace with labels, such as the level of Pod Security. */
    public String newNamespace(String prefix, Map<String, String> labels) {
        var name = prefix + "-" + namespaces.incrementAndGet();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .create();
        return name;
    }

    /** Where the machine that runs the tests reaches a node port. */
    public int nodePort(int port) {
        return container.getMappedPort(port);
    }

    /** The address that goes with {@link #nodePort}. */
    public String host() {
        return container.getHost();
    }

    /** The address under which the cluster's node reaches the machine that runs the tests. */
    public String addressOfHost() {
        return container.getContainerInfo().getNetworkSettings().getNetworks().values().stream()
                .map(ContainerNetwork::getGateway)
                .filter(gateway -> gateway != null && !gateway.isEmpty())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the container's network has no gateway"));
    }

    /** Runs kubectl with all rights, and returns what it prints. */
    public String kubectl(String... arguments) {
        return exec(Stream.concat(Stream.of("kubectl"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** The first process of a pod with one container. */
    public PodProcess process(Pod pod) {
        return PodProcess.parse(pod, exec("sh", "-c", PodProcess.listing(pod)));
    }

    /** Ends the processes of a pod as a crash would. What is to run there is started again, unless the pod goes too. */
    public void kill(Pod pod) {
        exec("sh", "-c", PodProcess.killing(pod));
    }

    /** What operators asked of the API server so far. */
    public AuditLog audit() {
        return AuditLog.parse(exec("cat", AuditLog.FILE));
    }

    /** Has API server, scheduler and kubelet stand still, until {@link #thaw}; pods and the network go on. */
    public void freeze() {
        signal("STOP");
    }

    /** Has them go on. */
    public void thaw() {
        signal("CONT");
    }

    /** Whether a URL answers, asked for on the node: there pods can be reached by their addresses, whatever the API server does. */
    public boolean answers(String url) {
        return run("wget", "-q", "-T", "2", "-O", "/dev/null", url).getExitCode() == 0;
    }

    /** The HTTP status that a URL is answered with, asked for on the node; 0 for no answer. */
    public int status(String url) {
        var result = run("wget", "-q", "-T", "2", "-O", "/dev/null", url);
        if (result.getExitCode() == 0) {
            return 200;
        }
        var status = HTTP_STATUS.matcher(result.getStderr());
        return status.find() ? Integer.parseInt(status.group(1)) : 0;
    }

    /**
     * To all processes of K3s itself but containerd, which pods need to write what they log. K3s' first process, if it is the
     * container's, takes such signals from outside only.
     */
    private void signal(String name) {
        container
                .getDockerClient()
                .killContainerCmd(container.getContainerId())
                .withSignal(name)
                .exec();
        exec("sh", "-c", """
                for process in /proc/[0-9]*; do
                  case "$(readlink $process/exe) $(tr '\\0' ' ' < $process/cmdline)" in
                    *containerd*) ;;
                    */k3s\\ *) echo ${process#/proc/} ;;
                  esac
                done 2>/dev/null | grep -vx 1 | while read -r process; do kill -%s $process; done
                """.formatted(name));
    }

    private String exec(String... command) {
        var result = run(command);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " ended with " + result.getExitCode() + ": " + result.getStderr());
        }
        return result.getStdout();
    }

    private Container.ExecResult run(String... command) {
        try {
            return container.execInContainer(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        client.close();
        container.close();
    }
}
