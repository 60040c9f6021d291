package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Service in front of a DataPath's gateways.
 *
 * @param type type of the Service
 * @param annotations copied to the Service, for the load balancer's controller
 * @param externalTrafficPolicy Local preserves the client's address; ignored for ClusterIP
 * @param loadBalancerClass class of the load balancer; null means the cluster's default
 */
@ApiRecord
public record GatewayService(
        @Default("LoadBalancer") @JsonPropertyDescription("Type of the Service: LoadBalancer, NodePort or ClusterIP.")
        Type type,

        @JsonPropertyDescription("Annotations of the Service, for the controller of the load balancer.") @Size(max = 64)
        Map<String, @Size(max = 4096) String> annotations,

        @Default("Local")
        @JsonPropertyDescription(
                "Local preserves the client's address and avoids a hop; Cluster distributes connections over all nodes. Ignored for ClusterIP.")
        ExternalTrafficPolicy externalTrafficPolicy,

        @JsonPropertyDescription(
                "Class of the load balancer; the cluster's default when absent. For LoadBalancer only.")
        @Size(min = 1, max = 253)
        @Pattern(Formats.LABEL_KEY)
        @Nullable
        String loadBalancerClass) {

    static final GatewayService DEFAULT =
            new GatewayService(Type.LoadBalancer, Map.of(), ExternalTrafficPolicy.Local, null);

    public GatewayService {
        type = Absent.or(type, Type.LoadBalancer);
        annotations = Absent.or(annotations);
        externalTrafficPolicy = Absent.or(externalTrafficPolicy, ExternalTrafficPolicy.Local);
    }

    /** Type of the Service. */
    public enum Type {
        LoadBalancer,
        NodePort,
        ClusterIP
    }

    /** How external traffic is distributed over the cluster's nodes. */
    public enum ExternalTrafficPolicy {
        Local,
        Cluster
    }
}
