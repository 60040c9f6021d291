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
 * @param delay wait before the request is passed on, 1ms to 5m
 * @param abort answer instead of passing it on
 * @param percent share of the requests, 1 to 100
 * @param until when the drill ends, RFC 3339
 */
@ApiRecord
@ValidationRule(
        value = "has(self.delay) != has(self.abort)",
        message = "a fault either delays or aborts: write exactly one of delay and abort")
public record Fault(
        @JsonPropertyDescription("Wait before a request is passed on, from 1ms to 5m.")
        @Size(max = 32)
        @Pattern(Formats.DURATION)
        @ValidationRule(
                value = "duration(self) >= duration('1ms') && duration(self) <= duration('5m')",
                message = "write a duration from 1ms to 5m, such as 500ms")
        @Nullable
        String delay,

        @JsonPropertyDescription("Answer a request with an S3 error instead of passing it on.") @Nullable
        Abort abort,

        @JsonPropertyDescription("Share of the requests that is hit, in percent.") @Min(1) @Max(100) @Nullable
        Integer percent,

        @Required
        @JsonPropertyDescription(
                "When the drill ends, such as 2026-12-01T00:00:00Z. After that the fault does nothing, even with the operator away.")
        @Size(max = 35)
        @Pattern(Formats.TIME)
        String until) {

    /**
     * The answer that an aborted request gets.
     *
     * @param code the S3 error
     */
    @ApiRecord
    public record Abort(
            @Required @JsonPropertyDescription("Code of the S3 error that clients get.")
            S3ErrorCode code) {}
}
