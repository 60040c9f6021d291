package dev.datapath.operator.apiserver;

import dev.datapath.operator.deploy.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The controllers and nodes of a cluster, as far as gateways need them: each Deployment of a DataPath gets its pods, and in each an {@link
 * AcceptingGateway} starts as soon as the Secret with its identity is there. Work is done on one thread.
 */
public final class FakeKubelet implements AutoCloseable {
    private static final String LABEL = Labels.DATA_PATH;
    private static final String TEMPLATE_HASH = "5d4f";

    private final KubernetesClient client;
    private final int port;
    private final String host;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Map<String, AcceptingGateway> gateways = new ConcurrentHashMap<>();
    private final AutoCloseable deployments;
    private final AutoCloseable secrets;

    /**
     * @param client closed by this
     * @param host name in the certificate of the operator
     * @param port of the operator's xDS server
     */
    public FakeKubelet(KubernetesClient client, String host, int port) {
        this.client = client;
        this.host = host;
        this.port = port;
        secrets = client.secrets().inAnyNamespace().withLabel(LABEL).inform(steps());
        deployments =
                client.apps().deployments().inAnyNamespace().withLabel(LABEL).inform(steps());
    }

    private <T> ResourceEventHandler<T> steps() {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                thread.submit(FakeKubelet.this::step);
            }

            @Override
            public void onUpdate(T before, T now) {
                thread.submit(FakeKubelet.this::step);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                thread.submit(FakeKubelet.this::step);
            }
        };
    }

    /** The listeners that any gateway of a namespace was sent last. */
    public Set<String> listeners(String namespace) {
        return gateways.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(namespace + "/"))
                .flatMap(entry -> entry.getValue().listeners().stream())
                .collect(Collectors.toSet());
    }

    private void step() {
        try {
            var wanted = new HashMap<String, Pod>();
            for (var deployment : client.apps()
                    .deployments()
                    .inAnyNamespace()
                    .withLabel(LABEL)
                    .list()
                    .getItems()) {
                var replicaSet = replicaSet(deployment);
                for (int i = 0; i < deployment.getSpec().getReplicas(); i++) {
                    var pod = pod(deployment, replicaSet, i);
                    wanted.put(
                            pod.getMetadata().getNamespace() + "/"
                                    + pod.getMetadata().getName(),
                            pod);
                }
            }
            gateways.entrySet().removeIf(entry -> {
                boolean gone = !wanted.containsKey(entry.getKey());
                if (gone) {
                    entry.getValue().close();
                }
                return gone;
            });
            wanted.forEach(this::run);
        } catch (KubernetesClientException | IllegalStateException e) {
            System.getLogger("kubelet").log(System.Logger.Level.WARNING, "a step failed", e);
        }
    }

    private void run(String key, Pod pod) {
        if (gateways.containsKey(key)) {
            return;
        }
        var name = pod.getMetadata().getLabels().get(LABEL);
        var namespace = pod.getMetadata().getNamespace();
        var secret = client.secrets().inNamespace(namespace).withLabel(LABEL, name).list().getItems().stream()
                .filter(candidate ->
                        candidate.getData() != null && candidate.getData().containsKey("tls.key"))
                .findFirst();
        if (secret.isEmpty()) {
            return;
        }
        if (client.resource(pod).get() == null) {
            client.resource(pod).create();
        }
        var gateway = new AcceptingGateway(
                channel(secret.get()), namespace + "/" + name, pod.getMetadata().getName());
        gateways.put(key, gateway);
        gateway.ready().thenRunAsync(() -> markReady(pod), thread);
        gateway.ended()
                .thenRunAsync(
                        () -> {
                            gateways.remove(key, gateway);
                            gateway.close();
                            // As Envoy does, it tries again after a while; operators come and go.
                            CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS, thread)
                                    .execute(this::step);
                        },
                        thread);
    }

    private void markReady(Pod pod) {
        client.resource(pod)
                .editStatus(present -> new PodBuilder(present)
                        .withNewStatus()
                        .withPhase("Running")
                        .withPodIP("127.0.0.1")
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .withLastTransitionTime(
                                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                        .endCondition()
                        .endStatus()
                        .build());
    }

    /** One for each Deployment, whatever its template is. */
    private ReplicaSet replicaSet(Deployment deployment) {
        var replicaSet = new ReplicaSetBuilder()
                .withNewMetadata()
                .withNamespace(deployment.getMetadata().getNamespace())
                .withName(deployment.getMetadata().getName() + "-" + TEMPLATE_HASH)
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("Deployment")
                .withName(deployment.getMetadata().getName())
                .withUid(deployment.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();
        var present = client.resource(replicaSet).get();
        return present == null ? client.resource(replicaSet).create() : present;
    }

    private static Pod pod(Deployment deployment, ReplicaSet replicaSet, int number) {
        var template = deployment.getSpec().getTemplate();
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(deployment.getMetadata().getNamespace())
                .withName(deployment.getMetadata().getName() + "-" + number)
                .withLabels(template.getMetadata().getLabels())
                .addToLabels("pod-template-hash", TEMPLATE_HASH)
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("ReplicaSet")
                .withName(replicaSet.getMetadata().getName())
                .withUid(replicaSet.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withSpec(template.getSpec())
                .build();
    }

    private ManagedChannel channel(Secret identity) {
        try {
            return NettyChannelBuilder.forAddress(
                            "127.0.0.1",
                            port,
                            TlsChannelCredentials.newBuilder()
                                    .trustManager(pem(identity, "ca.crt"))
                                    .keyManager(pem(identity, "tls.crt"), pem(identity, "tls.key"))
                                    .build())
                    .overrideAuthority(host)
                    .maxInboundMessageSize(64 << 20)
                    .build();
        } catch (IOException e) {
            throw new IllegalStateException("the identity does not parse", e);
        }
    }

    private static InputStream pem(Secret secret, String key) {
        return new ByteArrayInputStream(
                Base64.getDecoder().decode(secret.getData().get(key)));
    }

    @Override
    public void close() throws Exception {
        deployments.close();
        secrets.close();
        thread.shutdownNow();
        gateways.values().forEach(AcceptingGateway::close);
        client.close();
    }
}
