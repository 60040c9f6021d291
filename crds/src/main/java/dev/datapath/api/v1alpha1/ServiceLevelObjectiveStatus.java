package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The observed state of a ServiceLevelObjective. Numbers are decimals in text, as the API conventions require.
 *
 * @param observedGeneration generation of the specification that this status describes
 * @param current percentage of good events over the window
 * @param budgetRemaining remaining error budget, with a percent sign; may be negative
 * @param burnRates use of the budget in each window; 1 uses it up exactly at the end of the period
 * @param tiers the alerting tiers derived from the window and the target
 * @param exhaustedIn time until the budget is used up at the current rate; null when it is not being used up
 * @param events counts over the window
 * @param activeReactions active reactions
 * @param conditions Accepted, MetricsAvailable, Met and, while True, BurningFast, BurningSlow, ReactionActive
 * @param summary values of the columns of {@code kubectl get}
 */
@ApiRecord
public record ServiceLevelObjectiveStatus(
        @JsonPropertyDescription("Generation of the specification that this status describes.")
        @Min(0)
        @Max(9007199254740991.0)
        @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("Percentage of good events over the window, such as 99.82.") @Size(max = 16) @Nullable
        String current,

        @JsonPropertyDescription("Remaining error budget, such as 41.3%; negative when overspent.")
        @Size(max = 16)
        @Nullable
        String budgetRemaining,

        @JsonPropertyDescription("Use of the error budget in each window; at 1 it lasts exactly for the period.")
        @Size(max = 16)
        List<BurnRate> burnRates,

        @JsonPropertyDescription("Alerting tiers derived from the window and the target.") @Size(max = 8)
        List<Tier> tiers,

        @JsonPropertyDescription("Time until the error budget is used up at the current rate, such as 50h.")
        @Size(max = 32)
        @Nullable
        String exhaustedIn,

        @JsonPropertyDescription("Counts over the window.") @Nullable
        Events events,

        @JsonPropertyDescription("Active reactions.") @Size(max = 8)
        List<ActiveReaction> activeReactions,

        @JsonPropertyDescription(
                "Accepted: the objective is valid. MetricsAvailable: measurements are available. Met: the objective is met. While True also BurningFast, BurningSlow and ReactionActive.")
        @Size(max = 16)
        List<Condition> conditions,

        @JsonPropertyDescription("Values of the columns of kubectl get.") @Nullable
        Summary summary) {

    public ServiceLevelObjectiveStatus {
        burnRates = Absent.or(burnRates);
        tiers = Absent.or(tiers);
        activeReactions = Absent.or(activeReactions);
        conditions = Absent.or(conditions);
    }

    /**
     * Use of the error budget in one window.
     *
     * @param window length of the window
     * @param rate burn rate, as a decimal
     */
    @ApiRecord
    public record BurnRate(
            @Required @JsonPropertyDescription("Length of the window, such as 1h.") @Size(min = 1, max = 32)
            String window,

            @Required @JsonPropertyDescription("Burn rate, as a decimal such as 0.8.") @Size(min = 1, max = 16)
            String rate) {}

    /**
     * One alerting tier: it fires when both windows burn at its rate or faster.
     *
     * @param name name of the tier
     * @param longWindow window that shows that the problem is significant
     * @param shortWindow window that shows that the problem continues
     * @param burnRate rate that both must reach, as a decimal
     */
    @ApiRecord
    public record Tier(
            @Required @JsonPropertyDescription("Name of the tier.") @Size(min = 1, max = 63)
            String name,

            @Required
            @JsonPropertyDescription("Long window, which shows that the problem is significant, such as 1h.")
            @Size(min = 1, max = 32)
            String longWindow,

            @Required
            @JsonPropertyDescription("Short window, which shows that the problem continues, such as 5m.")
            @Size(min = 1, max = 32)
            String shortWindow,

            @Required
            @JsonPropertyDescription("Burn rate that both windows must reach, such as 14.4.")
            @Size(min = 1, max = 16)
            String burnRate) {}

    /**
     * Counts over the window.
     *
     * @param good events that meet the objective
     * @param total all events
     */
    @ApiRecord
    public record Events(
            @JsonPropertyDescription("Events that meet the objective.") @Min(0) @Max(9007199254740991.0)
            Long good,

            @JsonPropertyDescription("All events.") @Min(0) @Max(9007199254740991.0)
            Long total) {

        public Events {
            good = Absent.or(good, 0L);
            total = Absent.or(total, 0L);
        }
    }

    /**
     * An active reaction.
     *
     * @param action the action ({@code do} in YAML)
     * @param percent current extent
     * @param since when it started, RFC 3339
     * @param expiresAt when it ends in any case, RFC 3339
     * @param reason why it was started
     */
    @ApiRecord
    public record ActiveReaction(
            @Required @JsonProperty("do") @JsonPropertyDescription("The action.")
            Reaction.Action action,

            @JsonPropertyDescription("Current extent of the reaction, in percent.") @Min(0) @Max(100) @Nullable
            Integer percent,

            @JsonPropertyDescription("When it started.") @Size(max = 35) @Pattern(Formats.TIME) @Nullable
            String since,

            @JsonPropertyDescription("When it ends in any case.") @Size(max = 35) @Pattern(Formats.TIME) @Nullable
            String expiresAt,

            @JsonPropertyDescription("Why it was started.") @Size(max = 256) @Nullable
            String reason) {}

    /**
     * Values of columns.
     *
     * @param objective the objective as text, such as {@code 99.5% first byte < 100ms}
     * @param status reason of the first condition that is False; otherwise of the first Unknown; otherwise of the last
     */
    @ApiRecord
    public record Summary(
            @JsonPropertyDescription("The objective as text, such as 99.5% first byte < 100ms.")
            @Size(max = 128)
            @Nullable
            String objective,

            @JsonPropertyDescription(
                    "Reason of the first condition that is False; otherwise of the first that is Unknown; otherwise of the last one. Such as TargetNotFound, Met.")
            @Size(max = 64)
            @Nullable
            String status) {}
}
