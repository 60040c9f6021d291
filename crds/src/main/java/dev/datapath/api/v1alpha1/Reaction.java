package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * The action when an objective is at risk: step by step up to a ceiling, with a pause and an end. (The trigger is not
 * named {@code on}: kubectl reads that key, unquoted, as {@code true}. For the same reason no value in this API is
 * {@code Off}.)
 *
 * @param when the trigger
 * @param action the action ({@code do} in YAML)
 * @param upToPercent ceiling of the action, 1 to 100; null means the action's default, see {@link Action}
 * @param mode DryRun only reports the action
 * @param coolDown pause between two steps and before the way back, 1s to 24h
 * @param expiresAfter time after which it ends in any case, also in gateways while the operator is unavailable; 1m to
 *     24h
 */
@ApiRecord
@ValidationRule(
        value = "duration(self.coolDown) <= duration(self.expiresAfter)",
        message = "coolDown must not exceed expiresAfter: lower coolDown or raise expiresAfter",
        fieldPath = ".coolDown")
public record Reaction(
        @Required @JsonPropertyDescription("Trigger of the reaction: FastBurn or SlowBurn of the error budget.")
        Trigger when,

        @Required
        @JsonProperty("do")
        @JsonPropertyDescription(
                "ShedBatch: reject requests of traffic class Batch. FailOverReads: send object reads to the failover pools. HedgeReads: send slow reads a second time. ScaleGateways: run more gateways.")
        Action action,

        @JsonPropertyDescription(
                "Ceiling in percent: of the Batch requests rejected (default 80), of the reads moved (100), of second reads (10), of gateways added (100).")
        @Min(1)
        @Max(100)
        @Nullable
        Integer upToPercent,

        @Default("Enforce") @JsonPropertyDescription("Enforce, or DryRun: only report the action in status and events.")
        Mode mode,

        @Default("5m")
        @JsonPropertyDescription("Pause between two steps and before the way back, from 1s to 24h.")
        @Size(max = 32)
        @Pattern(Formats.DURATION)
        @ValidationRule(
                value = "duration(self) >= duration('1s') && duration(self) <= duration('24h')",
                message = "write a duration from 1s to 24h, such as 5m")
        String coolDown,

        @Default("1h")
        @JsonPropertyDescription(
                "Time after which the reaction ends in any case, from 1m to 24h; applies even when the operator is unavailable.")
        @Size(max = 32)
        @Pattern(Formats.DURATION)
        @ValidationRule(
                value = "duration(self) >= duration('1m') && duration(self) <= duration('24h')",
                message = "write a duration from 1m to 24h, such as 1h")
        String expiresAfter) {

    public Reaction {
        mode = Absent.or(mode, Mode.Enforce);
        coolDown = Absent.or(coolDown, "5m");
        expiresAfter = Absent.or(expiresAfter, "1h");
    }

    /** The trigger of a reaction. */
    public enum Trigger {
        FastBurn,
        SlowBurn
    }

    /** The action of a reaction. */
    public enum Action {
        /** Rejects requests of traffic class Batch, by default up to 80 % of them. */
        ShedBatch(80),
        /** Sends reads of objects to the failover pools, by default up to all of them. */
        FailOverReads(100),
        /** Sends slow reads of objects a second time, by default up to 10 % of them. */
        HedgeReads(10),
        /** Runs more gateways, by default up to twice as many. */
        ScaleGateways(100);

        private final int defaultUpToPercent;

        Action(int defaultUpToPercent) {
            this.defaultUpToPercent = defaultUpToPercent;
        }

        /** Default ceiling, in percent. */
        public int defaultUpToPercent() {
            return defaultUpToPercent;
        }
    }

    /** Whether a reaction acts. */
    public enum Mode {
        Enforce,
        DryRun
    }
}
