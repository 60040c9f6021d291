package dev.datapath.e2e.k3s;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.e2e.Shared;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A site with one gateway that all tests of trouble share, and the load that must not notice any of it. Each test clears its
 * trouble away.
 */
record TroubledSite(Installation installation, Site site, S3Client s3, UnderLoad load) implements AutoCloseable {
    private static final int PORT = 8082;

    /** Port of the listener with TLS; its certificate is in the Secret {@link #CERTIFICATE}. */
    static final int TLS_PORT = 8083;

    /** A Secret that is not there at first. */
    static final String CERTIFICATE = "s3-tls";

    static final String DATA_PATH = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: training}
            spec:
              listeners:
                - {name: s3, protocol: HTTP, port: %d}
                - {name: secure, protocol: HTTPS, port: %d, tls: {certificateRefs: [{name: %s}]}}
              poolRef: {name: store}
              drain: {timeout: 10s}
              gateway:
                replicas: 1
                resources: {requests: {cpu: 20m, memory: 64Mi}, limits: {memory: 512Mi}}
            """.formatted(PORT, TLS_PORT, CERTIFICATE);

    private static TroubledSite start(Installation installation) {
        var site = Site.start(installation.cluster(), "trouble", PORT, DATA_PATH);
        var s3 = site.s3();
        return new TroubledSite(installation, site, s3, UnderLoad.at(s3));
    }

    String namespace() {
        return site.namespace();
    }

    K3sCluster cluster() {
        return installation.cluster();
    }

    /** The conditions of the DataPath. */
    List<Condition> dataPath() {
        return dataPath("training");
    }

    /** The conditions of another DataPath; none when it has no status. */
    List<Condition> dataPath(String name) {
        return conditions(DataPath.class, name, status -> status.conditions().stream());
    }

    /** The conditions of a listener of the DataPath. */
    List<Condition> listener(String name) {
        return site.dataPath().getStatus().listeners().stream()
                .filter(listener -> listener.name().equals(name))
                .flatMap(listener -> listener.conditions().stream())
                .toList();
    }

    /** The conditions of a pool. */
    List<Condition> pool(String name) {
        return conditions(StoragePool.class, name, status -> status.conditions().stream());
    }

    /** The conditions of a policy at its only target. */
    List<Condition> policy(String name) {
        return conditions(
                RoutingPolicy.class,
                name,
                status -> status.ancestors().stream().flatMap(ancestor -> ancestor.conditions().stream()));
    }

    private <S, K extends CustomResource<?, S>> List<Condition> conditions(
            Class<K> kind, String name, Function<S, Stream<Condition>> conditions) {
        var status = cluster()
                .client()
                .resources(kind)
                .inNamespace(namespace())
                .withName(name)
                .require()
                .getStatus();
        return status == null ? List.of() : conditions.apply(status).toList();
    }

    /** Has the Secret of the listener with TLS hold this, which need be neither a certificate nor a key. */
    void certificate(String certificate, String key) {
        cluster()
                .client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(CERTIFICATE)
                        .withNamespace(namespace())
                        .endMetadata()
                        .withType("kubernetes.io/tls")
                        .addToStringData("tls.crt", certificate)
                        .addToStringData("tls.key", key)
                        .build())
                .forceConflicts()
                .serverSideApply();
    }

    /** Deletes an object of the site. */
    void delete(String kindAndName) {
        cluster().kubectl("delete", kindAndName, "-n", namespace());
    }

    @Override
    public void close() {
        s3.close();
    }

    /** Gives tests the one site, in the cluster of {@link Installed}. */
    static final class Extension extends Shared<TroubledSite> {
        Extension() {
            super(TroubledSite.class);
        }

        @Override
        protected TroubledSite make(ExtensionContext context) {
            return start(new Installed().get(context));
        }
    }
}
