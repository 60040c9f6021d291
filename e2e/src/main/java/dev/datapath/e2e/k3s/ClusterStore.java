package dev.datapath.e2e.k3s;

import dev.datapath.e2e.rig.S3Store;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * An S3 store in a namespace of the cluster: SeaweedFS with one pod for the data and several S3 nodes in front of it, behind a
 * Service {@code store} with a port {@code s3}.
 */
public final class ClusterStore {
    /** Image that {@code e2e/cluster-images} makes of the installed SeaweedFS. */
    public static final String IMAGE = "datapath-e2e/store:2";

    private ClusterStore() {}

    /** Starts it, and waits until its nodes serve. */
    public static void start(KubernetesClient client, String namespace, int nodes) {
        try (var file = manifest()) {
            var text = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("${image}", IMAGE)
                    .replace("${nodes}", String.valueOf(nodes))
                    .replace("${accessKey}", S3Store.ACCESS_KEY)
                    .replace("${secretKey}", S3Store.SECRET_KEY);
            client.load(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
                    .inNamespace(namespace)
                    .create();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (var name : new String[] {"store-data", "store"}) {
            client.apps().deployments().inNamespace(namespace).withName(name).waitUntilReady(3, TimeUnit.MINUTES);
        }
    }

    private static InputStream manifest() {
        var file = ClusterStore.class.getResourceAsStream("store.yaml");
        if (file == null) {
            throw new IllegalStateException("store.yaml is not on the class path");
        }
        return file;
    }
}
