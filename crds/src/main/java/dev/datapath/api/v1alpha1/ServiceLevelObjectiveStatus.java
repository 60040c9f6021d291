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
 * What was seen of a ServiceLevelObjective. Numbers are decimals in text, as API conventions ask for.
 *
 * @param observedGeneration generation of the specification that this status speaks about
 * @param current percentage of good events over the window
 * @param budgetRemaining what is left of the error budget, with a percent sign; may be negative
 * @param burnRates use of the budget in each window; 1 uses it up exactly at the end of the period
 * @param tiers the alerting tiers derived from the window and the target
 * @param exhaustedIn time until the budget is used up at the current rate; null when it is not being used up
 * @param events what was counted over the window
 * @param activeReactions reactions under way
 * @param conditions Accepted, MetricsAvailable, Met and, while True, BurningFast, BurningSlow, ReactionActive
 * @param summary figures as the columns of {@code kubectl get} show them
 */
@ApiRecord
public record ServiceLevelObjectiveStatus(
        @JsonPropertyDescription("Generation of the specification that this status speaks about.")
        @Min(0)
        @Max(9007199254740991.0)
        @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("Percentage of good events over the window, such as 99.82.") @Size(max = 16) @Nullable
        String current,

        @JsonPropertyDescription("What is left of the error budget, such as 41.3%; negative when overspent.")
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

        @JsonPropertyDescription("What was counted over the window.") @Nullable
        Events events,

        @JsonPropertyDescription("Reactions under way.") @Size(max = 8)
        List<ActiveReaction> activeReactions,

        @JsonPropertyDescription(
                "Accepted: the objective is valid. MetricsAvailable: there are figures. Met: the promise is kept. While True also BurningFast, BurningSlow and ReactionActive.")
        @Size(max = 16)
        List<Condition> conditions,

        @JsonPropertyDescription("Figures as the columns of kubectl get show them.") @Nullable
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
     * @param longWindow window that shows that it matters
     * @param shortWindow window that shows that it still happens
     * @param burnRate rate that both must reach, as a decimal
     */
    @ApiRecord
    public record Tier(
            @Required @JsonPropertyDescription("Name of the tier.") @Size(min = 1, max = 63)
            String name,

            @Required
            @JsonPropertyDescription("Long window, which shows that it matters, such as 1h.")
            @Size(min = 1, max = 32)
            String longWindow,

            @Required
            @JsonPropertyDescription("Short window, which shows that it still happens, such as 5m.")
            @Size(min = 1, max = 32)
            String shortWindow,

            @Required
            @JsonPropertyDescription("Burn rate that both windows must reach, such as 14.4.")
            @Size(min = 1, max = 16)
            String burnRate) {}

    /**
     * What was counted over the window.
     *
     * @param good events that kept the promise
     * @param total all events
     */
    @ApiRecord
    public record Events(
            @JsonPropertyDescription("Events that kept the promise.") @Min(0) @Max(9007199254740991.0)
            Long good,

            @JsonPropertyDescription("All events.") @Min(0) @Max(9007199254740991.0)
            Long total) {

        public Events {
            good = Absent.or(good, 0L);
            total = Absent.or(total, 0L);
        }
    }

    /**
     * A reaction under way.
     *
     * @param action what is done ({@code do} in YAML)
     * @param percent how far it goes now
     * @param since when it started, RFC 3339
     * @param expiresAt when it ends in any case, RFC 3339
     * @param reason why it was started
     */
    @ApiRecord
    public record ActiveReaction(
            @Required @JsonProperty("do") @JsonPropertyDescription("What is done.")
            Reaction.Action action,

            @JsonPropertyDescription("How far the reaction goes now, in percent.") @Min(0) @Max(100) @Nullable
            Integer percent,

            @JsonPropertyDescription("When it started.") @Size(max = 35) @Pattern(Formats.TIME) @Nullable
            String since,

            @JsonPropertyDescription("When it ends in any case.") @Size(max = 35) @Pattern(Formats.TIME) @Nullable
            String expiresAt,

            @JsonPropertyDescription("Why it was started.") @Size(max = 256) @Nullable
            String reason) {}

    /**
     * Figures as columns show them.
     *
     * @param objective the promise in words, such as {@code 99.5% first byte < 100ms}
     * @param status reason of the first condition that is False; else of the first Unknown; else of the last
     */
    @ApiRecord
    public record Summary(
            @JsonPropertyDescription("The promise in words, such as 99.5% first byte < 100ms.")
            @Size(max = 128)
            @Nullable
            String objective,

            @JsonPropertyDescription(
                    "Reason of the first condition that is False; else of the first that is Unknown; else of the last one. Such as TargetNotFound, Met.")
            @Size(max = 64)
            @Nullable
            String status) {}
}
