package dev.datapath.e2e.k3s;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.e2e.rig.Patience;
import dev.datapath.e2e.rig.S3Store;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.TlsTrustManagersProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A namespace with a store of three S3 nodes and a DataPath {@code training} in front of it. */
public final class Site {
    private static final String STORE = """
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: store}
            spec:
              provider: SeaweedFS
              nodes: {service: {name: store, port: "80"}}
            """;

    /** Gateways that need little, so that several fit on one small node. */
    private static final String TRAINING = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: training}
            spec:
              listeners: [{name: s3, protocol: HTTP, port: %d}]
              poolRef: {name: store}
              drain: {timeout: 60s}
              gateway:
                replicas: 2
                resources: {requests: {cpu: 20m, memory: 64Mi}, limits: {memory: 512Mi}}
            """;

    private final K3sCluster cluster;
    private final String namespace;
    private final int port;

    private Site(K3sCluster cluster, String namespace, int port) {
        this.cluster = cluster;
        this.namespace = namespace;
        this.port = port;
    }

    /**
     * Sets it up; its gateways run when this returns.
     *
     * @param port of the listener; of its own for each site, for load balancers share the node's address
     */
    public static Site start(K3sCluster cluster, String name, int port) {
        return start(cluster, name, port, TRAINING.formatted(port));
    }

    /**
     * The same with another DataPath {@code training} in front of the pool {@code store}.
     *
     * @param port of a listener without TLS
     * @param dataPath YAML
     */
    public static Site start(K3sCluster cluster, String name, int port, String dataPath) {
        var site = prepare(cluster, name, port);
        site.declare(dataPath);
        return site;
    }

    /** The namespace with the store, and nothing in front of it yet. */
    public static Site prepare(K3sCluster cluster, String name, int port) {
        var site = new Site(cluster, cluster.newNamespace(name), port);
        ClusterStore.start(cluster.client(), site.namespace, 3);
        return site;
    }

    /** A namespace that is there, with nothing in it. */
    public static Site in(K3sCluster cluster, String namespace, int port) {
        return new Site(cluster, namespace, port);
    }

    /** Declares pool and DataPath; gateways run when this returns. */
    public void declare() {
        declare(TRAINING.formatted(port));
    }

    private void declare(String dataPath) {
        apply(STORE);
        apply(dataPath);
        awaitProgrammed();
    }

    /** The cluster it is in. */
    public K3sCluster cluster() {
        return cluster;
    }

    public String namespace() {
        return namespace;
    }

    /** Applies YAML in the namespace. */
    public void apply(String yaml) {
        client().load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .inNamespace(namespace)
                .forceConflicts()
                .serverSideApply();
    }

    /** The DataPath as it is now. */
    public DataPath dataPath() {
        return client().resources(DataPath.class)
                .inNamespace(namespace)
                .withName("training")
                .require();
    }

    /** The pool as it is now. */
    public StoragePool pool() {
        return client().resources(StoragePool.class)
                .inNamespace(namespace)
                .withName("store")
                .require();
    }

    /** How many gateways run what they should, as the column says, such as {@code 2/2}; empty while it says nothing. */
    public String synced() {
        var status = dataPath().getStatus();
        var summary = status == null ? null : status.summary();
        return summary == null ? "" : String.valueOf(summary.synced());
    }

    /** Waits until the condition of that type of the DataPath as it is declared now is True. */
    public void awaitProgrammed() {
        client().resources(DataPath.class)
                .inNamespace(namespace)
                .withName("training")
                .waitUntilCondition(
                        dataPath -> condition(dataPath, "Programmed")
                                .filter(condition -> condition.getStatus().equals("True"))
                                .filter(condition -> condition
                                        .getObservedGeneration()
                                        .equals(dataPath.getMetadata().getGeneration()))
                                .isPresent(),
                        3,
                        TimeUnit.MINUTES);
    }

    /** A condition of a DataPath. */
    public static Optional<Condition> condition(DataPath dataPath, String type) {
        return dataPath == null || dataPath.getStatus() == null
                ? Optional.empty()
                : dataPath.getStatus().conditions().stream()
                        .filter(condition -> condition.getType().equals(type))
                        .findFirst();
    }

    /** The gateways' pods that are not on their way out. */
    public List<Pod> gateways() {
        return client()
                .pods()
                .inNamespace(namespace)
                .withLabel("datapath.dev/datapath", "training")
                .list()
                .getItems()
                .stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    /** Where clients reach the gateways, as status says. */
    public String address() {
        return dataPath().getStatus().addresses().getFirst().value();
    }

    /** An SDK at the address that status gives, without retries of its own. */
    public S3Client s3() {
        awaitConnections();
        return s3("http", port, Apache5HttpClient.builder());
    }

    /**
     * The same with TLS, on a new connection for each request.
     *
     * @param tlsPort of a listener with TLS
     * @param trust whom it believes
     */
    public S3Client https(int tlsPort, TlsTrustManagersProvider trust) {
        return s3(
                "https",
                tlsPort,
                Apache5HttpClient.builder().tlsTrustManagersProvider(trust).connectionTimeToLive(Duration.ofMillis(1)));
    }

    /** K3s' load balancer gives an address a moment before it forwards what comes there. */
    private void awaitConnections() {
        Patience.await(address() + ":" + port + " takes connections", 50, this::takesConnections);
    }

    private boolean takesConnections() {
        try (var socket = new Socket(address(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private S3Client s3(String scheme, int listenerPort, Apache5HttpClient.Builder http) {
        return S3Client.builder()
                .endpointOverride(URI.create(scheme + "://" + address() + ":" + listenerPort))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Store.ACCESS_KEY, S3Store.SECRET_KEY)))
                .forcePathStyle(true)
                .httpClientBuilder(http.maxConnections(200))
                .overrideConfiguration(override ->
                        override.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(Duration.ofMinutes(2)))
                .build();
    }

    private KubernetesClient client() {
        return cluster.client();
    }
}
