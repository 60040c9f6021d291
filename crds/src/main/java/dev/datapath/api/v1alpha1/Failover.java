package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Failover of requests when the nodes of a rule's pools fail.
 *
 * @param pools pools in order of preference, 1 to 4
 * @param whenHealthyBelowPercent share of healthy nodes below which the next pool takes over, 1 to 100
 * @param failback how requests return; the failover is always sticky for writes and multipart uploads
 */
@ApiRecord
public record Failover(
        @Required @JsonPropertyDescription("StoragePools that take over, in this order.") @Size(min = 1, max = 4)
        List<PoolReference> pools,

        @JsonPropertyDescription("The next pool takes over when fewer than this percentage of the nodes is healthy.")
        @Min(1)
        @Max(100)
        @Nullable
        Integer whenHealthyBelowPercent,

        @JsonPropertyDescription(
                "Manual: requests stay in the failover pool until an administrator moves them back, because the data of sites may differ. Automatic: requests return when the nodes are healthy.")
        @Nullable
        Failback failback) {

    public Failover {
        pools = Absent.or(pools);
    }

    /** How the way back is taken. */
    public enum Failback {
        Manual,
        Automatic
    }
}
