package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * Limits over all gateways; requests above a limit get 503 SlowDown. At least one limit is given.
 *
 * @param requestsPerSecond 1 to 1,000,000,000; null for no limit
 * @param concurrentRequests 1 to 10,000,000; null for no limit
 * @param bandwidthPerSecond bytes per second in both directions together, as a size such as 2Gi; null for no limit
 * @param per the unit that a limit is counted for
 */
@ApiRecord
@ValidationRule(
        value = "has(self.requestsPerSecond) || has(self.concurrentRequests) || has(self.bandwidthPerSecond)",
        message = "limits needs a limit: write requestsPerSecond, concurrentRequests or bandwidthPerSecond")
public record RateLimits(
        @JsonPropertyDescription("Requests per second, over all gateways.") @Min(1) @Max(1000000000) @Nullable
        Integer requestsPerSecond,

        @JsonPropertyDescription("Concurrent requests, over all gateways.") @Min(1) @Max(10000000) @Nullable
        Integer concurrentRequests,

        @JsonPropertyDescription("Bytes per second in both directions, over all gateways, such as 500Mi or 2Gi.")
        @Size(min = 1, max = 20)
        @Pattern(Formats.SIZE)
        @Nullable
        String bandwidthPerSecond,

        @JsonPropertyDescription(
                "The unit that limits are counted for: Rule (all its requests together), AccessKey or SourceIP (each separately).")
        @Nullable
        Scope per) {

    /** The unit that a limit is counted for. */
    public enum Scope {
        Rule,
        AccessKey,
        SourceIP
    }
}
