package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/**
 * Where copies of reads go. Answers to copies are thrown away, and writes are never copied.
 *
 * @param pool the pool that gets the copies
 * @param percent share of the reads that is copied, 1 to 100
 */
@ApiRecord
public record Mirror(
        @Required @JsonPropertyDescription("StoragePool that gets the copies.")
        PoolReference pool,

        @Required @JsonPropertyDescription("Share of the reads that is copied, in percent.") @Min(1) @Max(100)
        Integer percent) {}
