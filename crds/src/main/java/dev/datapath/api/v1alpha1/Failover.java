package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go when the nodes of a rule's pools fail.
 *
 * @param pools in this order, 1 to 4
 * @param whenHealthyBelowPercent share of healthy nodes below which the next pool takes over, 1 to 100
 * @param failback how the way back is taken; the way there is always sticky for writes and multipart uploads
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
                "Manual: requests stay where they went until a person moves them back, since sites may differ. Automatic: back when the nodes are healthy.")
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
