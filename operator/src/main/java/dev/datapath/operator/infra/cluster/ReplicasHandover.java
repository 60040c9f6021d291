package dev.datapath.operator.infra.cluster;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

/**
 * Keeps the number of replicas when the autoscaler takes it over. A field is removed when its only manager no longer
 * applies it, and a Deployment without a number has one replica: a large fleet would shrink to one gateway until the
 * autoscaler reconciles it. Therefore a second field manager takes over the current number first, as the documentation
 * of server-side apply recommends ("Transferring ownership").
 */
final class ReplicasHandover {
    private static final String MANAGER = "datapath-operator-handover";

    private final KubernetesClient client;

    ReplicasHandover(KubernetesClient client) {
        this.client = client;
    }

    /** Must be called before the next form of the Deployment is applied. */
    void before(Deployment actual, Deployment next) {
        if (next.getSpec().getReplicas() != null || actual.getSpec().getReplicas() == null) {
            return;
        }
        var number = new DeploymentBuilder()
                .withNewMetadata()
                .withName(actual.getMetadata().getName())
                .withNamespace(actual.getMetadata().getNamespace())
                .withUid(actual.getMetadata().getUid())
                .endMetadata()
                .withNewSpec()
                .withReplicas(actual.getSpec().getReplicas())
                .endSpec()
                .build();
        try {
            client.resource(number).fieldManager(MANAGER).serverSideApply();
        } catch (KubernetesClientException e) {
            // Another manager has set a different number, and therefore owns the field already.
            if (e.getCode() != 409) {
                throw e;
            }
        }
    }
}
