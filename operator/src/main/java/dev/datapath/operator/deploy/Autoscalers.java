package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.Gateway.WorkloadKind;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingPolicy;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingPolicyBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpecBuilder;
import java.util.Optional;

/** Builds the HorizontalPodAutoscaler of gateways. */
final class Autoscalers {

    private Autoscalers() {}

    /** The autoscaler; empty when none is declared. */
    static Optional<HorizontalPodAutoscaler> of(Fleet fleet) {
        var autoscaling = fleet.gateway().autoscaling();
        if (autoscaling == null || fleet.gateway().kind() == WorkloadKind.DaemonSet) {
            return Optional.empty();
        }
        return Optional.of(new HorizontalPodAutoscalerBuilder()
                .withMetadata(fleet.metadata(fleet.names().gateway()))
                .withNewSpec()
                .withNewScaleTargetRef("apps/v1", "Deployment", fleet.names().gateway())
                .withMinReplicas(autoscaling.minReplicas())
                .withMaxReplicas(autoscaling.maxReplicas())
                .withMetrics(cpu(autoscaling.targetCPUUtilizationPercentage()))
                .withNewBehavior()
                // A terminating gateway must drain its transfers, and its clients reconnect, so only a few terminate at
                // a time.
                .withNewScaleDown()
                .withStabilizationWindowSeconds(300)
                .withSelectPolicy("Max")
                .withPolicies(perMinute("Pods", 1), perMinute("Percent", 10))
                .endScaleDown()
                .endBehavior()
                .endSpec()
                .build());
    }

    private static HPAScalingPolicy perMinute(String type, int value) {
        return new HPAScalingPolicyBuilder()
                .withType(type)
                .withValue(value)
                .withPeriodSeconds(60)
                .build();
    }

    private static MetricSpec cpu(int utilization) {
        return new MetricSpecBuilder()
                .withType("Resource")
                .withNewResource()
                .withName("cpu")
                .withNewTarget()
                .withType("Utilization")
                .withAverageUtilization(utilization)
                .endTarget()
                .endResource()
                .build();
    }
}
