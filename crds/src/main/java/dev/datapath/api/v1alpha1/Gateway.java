package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gateway processes of a DataPath.
 *
 * @param kind the workload that runs them
 * @param replicas number of gateways, 0 to 1000; null means {@link #DEFAULT_REPLICAS}, unless {@code autoscaling} or a
 *     DaemonSet determines the number
 * @param autoscaling adapts the number to the load; not together with {@code replicas}
 * @param resources compute resources of one gateway
 * @param service how clients reach the gateways
 * @param placement where gateways may run
 * @param maxConnections client connections that one gateway accepts at once, 1 to 1,000,000
 */
@ApiRecord
@ValidationRule(
        value = "!(has(self.replicas) && has(self.autoscaling))",
        message = "replicas and autoscaling exclude each other: remove replicas to scale automatically",
        fieldPath = ".replicas")
@ValidationRule(
        value = "self.kind != 'DaemonSet' || !(has(self.replicas) || has(self.autoscaling))",
        message =
                "a DaemonSet runs one gateway on each matching node: remove replicas and autoscaling, or set kind: Deployment",
        fieldPath = ".kind")
public record Gateway(
        @Default("Deployment")
        @JsonPropertyDescription(
                "Workload that runs the gateways: Deployment, or DaemonSet for one gateway on each matching node.")
        WorkloadKind kind,

        @JsonPropertyDescription(
                "Number of gateways; 2 when neither this nor autoscaling is given. Not together with autoscaling or kind: DaemonSet.")
        @SpecReplicas
        @Min(0)
        @Max(1000)
        @Nullable
        Integer replicas,

        @JsonPropertyDescription("Adapts the number of gateways to the load. Not together with replicas.") @Nullable
        Autoscaling autoscaling,

        @Default(Resources.DEFAULT_JSON)
        @JsonPropertyDescription("Compute resources of one gateway; a given value replaces all defaults.")
        Resources resources,

        @Default("{}") @JsonPropertyDescription("The Service through which clients reach the gateways.")
        GatewayService service,

        @Default("{}") @JsonPropertyDescription("Where gateways may run.")
        Placement placement,

        @Default("50000")
        @JsonPropertyDescription(
                "Maximum concurrent client connections of one gateway; further ones are refused. The memory limit also limits the number: one for each 256 KiB above 128 MiB.")
        @Min(1)
        @Max(1000000)
        Integer maxConnections) {

    /** Gateways that run when the specification names no number. */
    public static final int DEFAULT_REPLICAS = 2;

    /** What an absent value stands for. */
    public static final Gateway DEFAULT = new Gateway(
            WorkloadKind.Deployment, null, null, Resources.DEFAULT, GatewayService.DEFAULT, Placement.DEFAULT, 50_000);

    public Gateway {
        kind = Absent.or(kind, WorkloadKind.Deployment);
        resources = Absent.or(resources, Resources.DEFAULT);
        service = Absent.or(service, GatewayService.DEFAULT);
        placement = Absent.or(placement, Placement.DEFAULT);
        maxConnections = Absent.or(maxConnections, 50_000);
    }

    /** The workload that runs gateways. */
    public enum WorkloadKind {
        Deployment,
        DaemonSet
    }

    /**
     * Limits of a HorizontalPodAutoscaler.
     *
     * @param minReplicas minimum number of gateways, 1 to 1000
     * @param maxReplicas maximum number of gateways, 1 to 1000, not below {@code minReplicas}
     * @param targetCPUUtilizationPercentage target CPU use of the autoscaler, in percent of the request; 1 to 100
     */
    @ApiRecord
    @ValidationRule(
            value = "self.minReplicas <= self.maxReplicas",
            message = "minReplicas must not exceed maxReplicas: raise maxReplicas or lower minReplicas",
            fieldPath = ".minReplicas")
    public record Autoscaling(
            @Default("2") @JsonPropertyDescription("Minimum number of gateways.") @Min(1) @Max(1000)
            Integer minReplicas,

            @Required @JsonPropertyDescription("Maximum number of gateways; not below minReplicas.") @Min(1) @Max(1000)
            Integer maxReplicas,

            @Default("70")
            @JsonPropertyDescription("Target CPU use of the autoscaler, in percent of the CPU request.")
            @Min(1)
            @Max(100)
            Integer targetCPUUtilizationPercentage) {

        public Autoscaling {
            minReplicas = Absent.or(minReplicas, 2);
            targetCPUUtilizationPercentage = Absent.or(targetCPUUtilizationPercentage, 70);
        }
    }

    /**
     * Compute resources of one gateway, as Kubernetes quantities.
     *
     * @param requests resources that a node must have available
     * @param limits maximum resources of a gateway
     */
    @ApiRecord
    @ValidationRule(
            value = "!has(self.limits) || !('memory' in self.limits) || !self.limits['memory'].endsWith('m')",
            message =
                    "memory is counted in bytes, and m is a thousandth of one: write Mi or Gi; did you mean a value such as 512Mi?",
            fieldPath = ".limits")
    @ValidationRule(
            value = "!has(self.requests) || !('memory' in self.requests) || !self.requests['memory'].endsWith('m')",
            message =
                    "memory is counted in bytes, and m is a thousandth of one: write Mi or Gi; did you mean a value such as 512Mi?",
            fieldPath = ".requests")
    public record Resources(
            @JsonPropertyDescription(
                    "Resources that a node must have available to run a gateway, such as cpu: \"2\", memory: 1Gi.")
            @Size(max = 16)
            Map<String, @Size(min = 1, max = 32) @Pattern(Formats.QUANTITY) String> requests,

            @JsonPropertyDescription("Maximum resources of a gateway, such as memory: 1Gi.") @Size(max = 16)
            Map<String, @Size(min = 1, max = 32) @Pattern(Formats.QUANTITY) String> limits) {

        static final String DEFAULT_JSON =
                "{\"requests\":{\"cpu\":\"1\",\"memory\":\"1Gi\"},\"limits\":{\"memory\":\"1Gi\"}}";
        static final Resources DEFAULT = new Resources(Map.of("cpu", "1", "memory", "1Gi"), Map.of("memory", "1Gi"));

        public Resources {
            requests = Absent.or(requests);
            limits = Absent.or(limits);
        }
    }
}
