package dev.datapath.operator.infra.cluster;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

/**
 * Leaves the number of replicas as it is when it becomes the autoscaler's. A field that its only manager no longer applies is
 * removed, and a Deployment without a number has one replica: of a large fleet one gateway would be left until the autoscaler
 * looks at it. So a second manager takes over the present number first, as the documentation of server-side apply advises
 * ("Transferring ownership").
 */
final class ReplicasHandover {
    private static final String MANAGER = "datapath-operator-handover";

    private final KubernetesClient client;

    ReplicasHandover(KubernetesClient client) {
        this.client = client;
    }

    /** To be called before the next form is applied over the actual one. */
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
            // Somebody else has set another number, and so has taken it over already.
            if (e.getCode() != 409) {
                throw e;
            }
        }
    }
}
