package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * Delays or fails a share of the requests until a given time: exactly one of {@code delay} and {@code abort}.
 *
 * @param delay delay before the request is forwarded, 1ms to 5m
 * @param abort error response instead of forwarding
 * @param percent share of the requests, 1 to 100
 * @param until end of the drill, RFC 3339
 */
@ApiRecord
@ValidationRule(
        value = "has(self.delay) != has(self.abort)",
        message = "a fault either delays or aborts: write exactly one of delay and abort")
public record Fault(
        @JsonPropertyDescription("Delay before a request is forwarded, from 1ms to 5m.")
        @Size(max = 32)
        @Pattern(Formats.DURATION)
        @ValidationRule(
                value = "duration(self) >= duration('1ms') && duration(self) <= duration('5m')",
                message = "write a duration from 1ms to 5m, such as 500ms")
        @Nullable
        String delay,

        @JsonPropertyDescription("Return an S3 error instead of forwarding the request.") @Nullable
        Abort abort,

        @JsonPropertyDescription("Share of the affected requests, in percent.") @Min(1) @Max(100) @Nullable
        Integer percent,

        @Required
        @JsonPropertyDescription(
                "End of the drill, such as 2026-12-01T00:00:00Z. After that the fault has no effect, even if the operator is unavailable.")
        @Size(max = 35)
        @Pattern(Formats.TIME)
        String until) {

    /**
     * The response to an aborted request.
     *
     * @param code the S3 error
     */
    @ApiRecord
    public record Abort(
            @Required @JsonPropertyDescription("Code of the S3 error that clients receive.")
            S3ErrorCode code) {}
}
