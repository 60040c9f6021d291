package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/**
 * The specification of a ServiceLevelObjective.
 *
 * @param targetRef the DataPath whose requests count
 * @param selector the requests that count; all when empty
 * @param objective the definition of a good request and the required share
 * @param window period of the objective, 1h to 999h or 1d to 90d
 * @param alerting when a burn rate counts
 * @param reactions actions when the objective is at risk, 0 to 8
 */
@ApiRecord
public record ServiceLevelObjectiveSpec(
        @Required @JsonPropertyDescription("DataPath whose requests count.")
        TargetReference targetRef,

        @Default("{}") @JsonPropertyDescription("Requests that count; all of the DataPath when empty.")
        Selector selector,

        @Required
        @JsonPropertyDescription("The objective: exactly one of availability, firstByteLatency and throughput.")
        Objective objective,

        @Default("30d")
        @JsonPropertyDescription("Period of the objective: hours from 1h to 999h, or days from 1d to 90d.")
        @Size(max = 8)
        @Pattern("^([1-9][0-9]{0,2}h|([1-9]|[1-8][0-9]|90)d)$")
        String window,

        @Default("{}") @JsonPropertyDescription("When the use of the error budget counts as burning.")
        Alerting alerting,

        @JsonPropertyDescription("Actions when the objective is at risk.") @Size(max = 8)
        List<Reaction> reactions) {

    public ServiceLevelObjectiveSpec {
        selector = Absent.or(selector, Selector.DEFAULT);
        window = Absent.or(window, "30d");
        alerting = Absent.or(alerting, Alerting.DEFAULT);
        reactions = Absent.or(reactions);
    }

    /**
     * The requests that count. All given lists must match; one matching entry of each is sufficient. An empty list
     * matches everything.
     *
     * @param rules names of rules of RoutingPolicies at the target, at most 64
     * @param operations names of {@link S3Operation} and {@link OperationGroup}, at most 64
     * @param pools names of the StoragePools that served the request, at most 16
     */
    @ApiRecord
    public record Selector(
            @JsonPropertyDescription("Names of rules; requests that one of them handled count.") @Size(max = 64)
            List<@Size(min = 1, max = 63) @Pattern(Formats.DNS_LABEL) String> rules,

            @JsonPropertyDescription(
                    "S3 API actions such as GetObject, or the groups Reads, Lists, Writes, Deletes and Multipart.")
            @Size(max = 64)
            List<@Size(max = 64) String> operations,

            @JsonPropertyDescription("Names of StoragePools; requests that one of them served count.") @Size(max = 16)
            List<@Size(min = 1, max = 50) @Pattern(Formats.DNS_LABEL) String> pools) {

        static final Selector DEFAULT = new Selector(List.of(), List.of(), List.of());

        public Selector {
            rules = Absent.or(rules);
            operations = Absent.or(operations);
            pools = Absent.or(pools);
        }
    }

    /**
     * When the use of the error budget counts.
     *
     * @param minimumBadEvents minimum number of bad requests in a window before it can alert, 1 to 1,000,000
     */
    @ApiRecord
    public record Alerting(
            @Default("10")
            @JsonPropertyDescription(
                    "Minimum number of bad requests in a window before it can alert. It prevents alerts for single failures.")
            @Min(1)
            @Max(1000000)
            Integer minimumBadEvents) {

        static final Alerting DEFAULT = new Alerting(10);

        public Alerting {
            minimumBadEvents = Absent.or(minimumBadEvents, 10);
        }
    }
}
