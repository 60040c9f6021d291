package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/**
 * The destination of copies of reads. Responses to copies are discarded, and writes are never copied.
 *
 * @param pool the pool that receives the copies
 * @param percent share of the reads that is copied, 1 to 100
 */
@ApiRecord
public record Mirror(
        @Required @JsonPropertyDescription("StoragePool that receives the copies.")
        PoolReference pool,

        @Required @JsonPropertyDescription("Share of the reads that is copied, in percent.") @Min(1) @Max(100)
        Integer percent) {}
