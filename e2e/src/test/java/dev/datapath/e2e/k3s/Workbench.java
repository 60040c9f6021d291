package dev.datapath.e2e.k3s;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.infra.cluster.ApplyResult;
import dev.datapath.operator.infra.cluster.ObjectApplier;
import dev.datapath.operator.infra.cluster.ObjectLookup;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One namespace with a DataPath, and an applier whose requests are noted. */
final class Workbench implements AutoCloseable {
    /** The name that the goldens' gateways have. */
    static final String GATEWAY = "training-gateway";

    static final Path GOLDENS = Path.of("../operator/src/test/resources/deploy");

    private final KubernetesClient observer;
    private final KubernetesClient writer;
    private final String namespace;
    private final DataPath owner;
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final ObjectApplier applier;

    Workbench(K3sCluster cluster) {
        observer = cluster.client();
        namespace = cluster.newNamespace("apply");
        owner = observer.resource(Serialization.unmarshal("""
                        apiVersion: datapath.dev/v1alpha1
                        kind: DataPath
                        metadata: {name: training}
                        spec: {listeners: [{name: s3, protocol: HTTP, port: 9000}]}
                        """, DataPath.class))
                .inNamespace(namespace)
                .create();
        writer = cluster.newClient()
                .withHttpClientBuilderConsumer(builder ->
                        builder.addOrReplaceInterceptor("requests", new Interceptor() {
                            @Override
                            public void before(BasicBuilder request, HttpRequest sent, RequestTags tags) {
                                requests.add(sent.method() + " " + sent.uri().getPath());
                            }
                        }))
                .build();
        applier = new ObjectApplier(writer, new ServerLookup(observer), InstantSource.system());
    }

    KubernetesClient client() {
        return observer;
    }

    String namespace() {
        return namespace;
    }

    /** The objects of a golden case, in this namespace and of this owner. */
    List<HasMetadata> golden(String name) {
        try {
            return Stream.of(Files.readString(GOLDENS.resolve(name).resolve("objects.yaml"))
                            .split("(?m)^---\n"))
                    .filter(text -> !text.isBlank())
                    .map(text -> Serialization.<HasMetadata>unmarshal("---\n" + text))
                    .map(this::ours)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HasMetadata ours(HasMetadata object) {
        object.getMetadata().setNamespace(namespace);
        object.getMetadata().setOwnerReferences(List.of(ownerReference()));
        return object;
    }

    OwnerReference ownerReference() {
        return new OwnerReference(
                owner.getApiVersion(),
                null,
                true,
                owner.getKind(),
                owner.getMetadata().getName(),
                owner.getMetadata().getUid());
    }

    ApplyResult apply(List<? extends HasMetadata> objects) {
        return applier.apply(owner, objects);
    }

    ApplyResult apply(HasMetadata anotherOwner, List<? extends HasMetadata> objects) {
        return applier.apply(anotherOwner, objects);
    }

    /** The same with caches that are behind. */
    ApplyResult apply(ObjectLookup stale, List<? extends HasMetadata> objects) {
        return new ObjectApplier(writer, stale, InstantSource.system()).apply(owner, objects);
    }

    /** What the applier asked of the API server meanwhile. */
    List<String> requestsOf(Runnable action) {
        requests.clear();
        action.run();
        return List.copyOf(requests);
    }

    /** The object as the API server has it, or null. */
    <T extends HasMetadata> T now(Class<T> kind, String name) {
        return observer.resources(kind).inNamespace(namespace).withName(name).get();
    }

    /** Changes it as somebody else does. */
    <T extends HasMetadata> void edit(Class<T> kind, String name, Consumer<T> change) {
        observer.resources(kind).inNamespace(namespace).withName(name).edit(object -> {
            change.accept(object);
            return object;
        });
    }

    /** The one object of a kind. */
    static <T extends HasMetadata> T one(Class<T> kind, List<HasMetadata> objects) {
        return objects.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow();
    }

    /** The container of the gateways. */
    static Container container(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }

    /** The pods of the workload among these. */
    static PodTemplateSpec template(List<HasMetadata> objects) {
        return objects.stream()
                .flatMap(object -> switch (object) {
                    case Deployment deployment -> Stream.of(deployment.getSpec().getTemplate());
                    case DaemonSet daemonSet -> Stream.of(daemonSet.getSpec().getTemplate());
                    default -> Stream.empty();
                })
                .findFirst()
                .orElseThrow();
    }

    /** Its pods end while other tests run. */
    @Override
    public void close() {
        observer.namespaces().withName(namespace).delete();
        writer.close();
    }
}
