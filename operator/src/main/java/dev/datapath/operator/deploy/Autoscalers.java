package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.Gateway.WorkloadKind;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingPolicy;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingPolicyBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpecBuilder;
import java.util.Optional;

/** Lets the number of gateways follow the load. */
final class Autoscalers {

    private Autoscalers() {}

    /** The autoscaler, when one is asked for. */
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
                // Each gateway that leaves has its transfers end and its clients connect anew, so few leave at a time.
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
