package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * The definition of a good request and the required share: exactly one of the three is given. A target is a percentage,
 * as a decimal in text, from 1 to 99.9999.
 *
 * @param availability requests that do not fail
 * @param firstByteLatency requests whose first byte is in time
 * @param throughput time slices with sufficient throughput
 */
@ApiRecord
@ValidationRule(
        value =
                "(has(self.availability) ? 1 : 0) + (has(self.firstByteLatency) ? 1 : 0) + (has(self.throughput) ? 1 : 0) == 1",
        message = "an objective has one target: write exactly one of availability, firstByteLatency and throughput")
public record Objective(
        @JsonPropertyDescription(
                "Share of the requests that do not fail (5xx, errors of the gateway, aborted transfers).")
        @Nullable
        Availability availability,

        @JsonPropertyDescription("Share of the requests whose first byte arrives within a threshold.") @Nullable
        FirstByteLatency firstByteLatency,

        @JsonPropertyDescription("Share of the time slices with demand that have sufficient throughput.") @Nullable
        Throughput throughput) {

    /**
     * Requests that do not fail.
     *
     * @param target percentage of good requests
     */
    @ApiRecord
    public record Availability(
            @Required
            @JsonPropertyDescription("Percentage of good requests, from \"1\" to \"99.9999\", such as \"99.9\".")
            @Size(min = 1, max = 8)
            @Pattern(Formats.TARGET)
            String target) {}

    /**
     * Requests whose first byte is in time.
     *
     * @param target percentage of good requests
     * @param threshold maximum time to the first byte of a good request, 1ms to 10m
     */
    @ApiRecord
    public record FirstByteLatency(
            @Required
            @JsonPropertyDescription("Percentage of good requests, from \"1\" to \"99.9999\", such as \"99.5\".")
            @Size(min = 1, max = 8)
            @Pattern(Formats.TARGET)
            String target,

            @Required
            @JsonPropertyDescription("Maximum time to the first byte of a good request, from 1ms to 10m.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1ms') && duration(self) <= duration('10m')",
                    message = "write a duration from 1ms to 10m, such as 100ms")
            String threshold) {}

    /**
     * Time slices with sufficient throughput. Slices without demand are neither good nor bad.
     *
     * @param target percentage of good slices
     * @param atLeast bytes per second in a good slice, as a size
     * @param slice length of a slice, 1s to 10m
     */
    @ApiRecord
    public record Throughput(
            @Required
            @JsonPropertyDescription("Percentage of good slices, from \"1\" to \"99.9999\", such as \"95\".")
            @Size(min = 1, max = 8)
            @Pattern(Formats.TARGET)
            String target,

            @Required
            @JsonPropertyDescription("Minimum bytes per second in a good slice, such as 500Mi.")
            @Size(min = 1, max = 20)
            @Pattern(Formats.SIZE)
            String atLeast,

            @Default("10s")
            @JsonPropertyDescription("Length of a slice, from 1s to 10m.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1s') && duration(self) <= duration('10m')",
                    message = "write a duration from 1s to 10m, such as 10s")
            String slice) {

        public Throughput {
            slice = Absent.or(slice, "10s");
        }
    }
}
