package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the requests that match.
 *
 * @param name unique within the policy
 * @param matches any of these; empty matches every request of the target
 * @param pools where the requests go, by weight; empty with {@code deny}, or with {@code fault} alone, whose requests go
 *     to the DataPath's {@code poolRef}
 * @param failover where they go when these pools fail
 * @param trafficClass who is served first under overload; null means Standard
 * @param timeouts limits of waiting, never of a whole transfer
 * @param retry how often a failed request is repeated
 * @param hedge when a read is sent a second time
 * @param limits how much may pass
 * @param mirror where copies of reads go
 * @param deny refuses the requests
 * @param fault fails or delays a share of them, for a drill
 */
@ApiRecord
@ValidationRule(
        value = "has(self.pools) || has(self.deny) || has(self.fault)",
        message =
                "a rule needs pools to send requests to, deny to refuse them, or fault for a drill: write one of them")
@ValidationRule(
        value = "!(has(self.pools) && has(self.deny))",
        message = "a rule either serves or refuses: write pools or deny, not both",
        fieldPath = ".deny")
@ValidationRule(
        value = "!(has(self.fault) && has(self.deny))",
        message = "a refused request cannot get a fault: remove fault or deny",
        fieldPath = ".fault")
@ValidationRule(
        value =
                "has(self.pools) || !(has(self.failover) || has(self.timeouts) || has(self.retry) || has(self.hedge) || has(self.limits) || has(self.mirror))",
        message = "failover, timeouts, retry, hedge, limits and mirror need pools: add pools, or remove them")
@ValidationRule(
        value = "!has(self.pools) || self.pools.exists(p, p.weight > 0)",
        message = "all weights are 0, so no pool would get a request: give at least one pool a weight above 0",
        fieldPath = ".pools")
@ValidationRule(
        value =
                "!has(self.failover) || !has(self.pools) || !self.failover.pools.exists(f, self.pools.exists(p, p.name == f.name))",
        message = "a failover pool must be another pool than those in pools: remove it from one of the lists",
        fieldPath = ".failover")
@ValidationRule(
        value = "!has(self.mirror) || !has(self.pools) || !self.pools.exists(p, p.name == self.mirror.pool.name)",
        message = "a mirror pool must be another pool than those in pools: name another pool, or remove mirror",
        fieldPath = ".mirror")
public record RoutingRule(
        @Required
        @JsonPropertyDescription("Name of the rule, unique within the policy; used in status, metrics and objectives.")
        @Size(min = 1, max = 63)
        @Pattern(Formats.DNS_LABEL)
        String name,

        @JsonPropertyDescription("Which requests; any of these must fit. Without matches the rule fits every request.")
        @Size(min = 1, max = MAX_MATCHES)
        List<RequestMatch> matches,

        @JsonPropertyDescription("StoragePools that serve the requests, by weight.") @Size(min = 1, max = 16)
        List<WeightedPool> pools,

        @JsonPropertyDescription(
                "Where requests go when the nodes of pools fail. Not acted on yet; reported as Unsupported.")
        @Nullable
        Failover failover,

        @JsonPropertyDescription(
                "Who is served first under overload: Critical, Standard, then Batch. Not acted on yet: all are served alike, and any value but Standard is reported as Unsupported.")
        @Nullable
        TrafficClass trafficClass,

        @JsonPropertyDescription("Limits of waiting, never of a whole transfer.") @Nullable
        Timeouts timeouts,

        @JsonPropertyDescription(
                "How often a failed request is repeated on another node: reads of objects before their first byte, other reads and lists at most once, writes only when nothing was sent.")
        @Nullable
        Retry retry,

        @JsonPropertyDescription("When a read of an object is sent to a second node; the first answer wins.") @Nullable
        Hedge hedge,

        @JsonPropertyDescription(
                "How much may pass; more is answered 503 SlowDown. Not acted on yet; reported as Unsupported.")
        @Nullable
        RateLimits limits,

        @JsonPropertyDescription(
                "Where copies of reads go; their answers are thrown away. Not acted on yet; reported as Unsupported.")
        @Nullable
        Mirror mirror,

        @JsonPropertyDescription("Refuses the requests with an S3 error.") @Nullable
        Deny deny,

        @JsonPropertyDescription(
                "Delays or fails a share of the requests until a given time, for a drill. Without pools the others go to the DataPath's poolRef. Not acted on yet: no request is delayed or failed; reported as Unsupported.")
        @Nullable
        Fault fault) {

    /** Most matches of one rule. */
    public static final int MAX_MATCHES = 64;

    public RoutingRule {
        matches = Absent.or(matches);
        pools = Absent.or(pools);
    }

    /**
     * A pool and its share.
     *
     * @param name the StoragePool's name
     * @param weight share relative to the other pools of the rule, 0 to 1,000,000; 0 gets nothing
     */
    @ApiRecord
    public record WeightedPool(
            @Required
            @JsonPropertyDescription("Name of a StoragePool in the same namespace.")
            @Size(min = 1, max = 50)
            @Pattern(Formats.DNS_LABEL)
            String name,

            @Default("1")
            @JsonPropertyDescription("Share of the requests relative to the other pools of the rule; 0 gets none.")
            @Min(0)
            @Max(1000000)
            Integer weight) {

        public WeightedPool {
            weight = Absent.or(weight, 1);
        }
    }

    /** Who is served first under overload. */
    public enum TrafficClass {
        Critical,
        Standard,
        Batch
    }

    /**
     * Limits of waiting. Null means the gateway's default for the operation.
     *
     * @param firstByte longest wait for the first byte of the answer, 10ms to 1h; by default 10s for reads of
     *     objects, 30s for other reads and lists, 60s for writes; CompleteMultipartUpload, CopyObject and UploadPartCopy
     *     always get at least 10m
     * @param idle longest silence in a transfer, 100ms to 1h; by default 60s; the three above always get at least 10m
     */
    @ApiRecord
    public record Timeouts(
            @JsonPropertyDescription(
                    "Longest wait for the first byte of the answer once the request was sent, from 10ms to 1h. By default 10s for reads of objects, 30s for other reads and lists, 60s for writes. CompleteMultipartUpload and copies, which answer late, always get at least 10m.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('10ms') && duration(self) <= duration('1h')",
                    message = "write a duration from 10ms to 1h, such as 10s")
            @Nullable
            String firstByte,

            @JsonPropertyDescription(
                    "Longest silence within a transfer, from 100ms to 1h. By default 60s. CompleteMultipartUpload and copies always get at least 10m.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('100ms') && duration(self) <= duration('1h')",
                    message = "write a duration from 100ms to 1h, such as 60s")
            @Nullable
            String idle) {}

    /**
     * How often a failed request is repeated.
     *
     * @param attempts repetitions after the first try, 0 (never) to 5; null means 1 for reads, 3 for requests of which
     *     nothing could be sent
     * @param backoff wait before the first repetition, 1ms to 10s; jittered, and doubled each time up to ten times itself
     * @param budgetPercent most repetitions, in percent of the requests that clients have under way; 0 to 100
     */
    @ApiRecord
    public record Retry(
            @JsonPropertyDescription(
                    "Repetitions after the first try; 0 switches them off. When absent 1 for reads, and 3 for writes, which are repeated only when no connection could be opened. A read may wait for timeouts.firstByte once more with each repetition. Lists and other reads of no object are repeated once at most, and so are hedged reads.")
            @Min(0)
            @Max(5)
            @Nullable
            Integer attempts,

            @Default("5ms")
            @JsonPropertyDescription(
                    "Wait before the first repetition, from 1ms to 10s; jittered, and doubled each time up to ten times itself.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1ms') && duration(self) <= duration('10s')",
                    message = "write a duration from 1ms to 10s, such as 5ms")
            String backoff,

            @Default("20")
            @JsonPropertyDescription(
                    "Most repetitions in percent of the requests that clients have under way, so that retries cannot become a storm; 20 at once are always allowed. Of several rules that use a pool, the smallest budget holds.")
            @Min(0)
            @Max(100)
            Integer budgetPercent) {

        public Retry {
            backoff = Absent.or(backoff, "5ms");
            budgetPercent = Absent.or(budgetPercent, 20);
        }
    }

    /**
     * When a read of an object is sent a second time, once, to another node; in a pool of one node never. The first answer
     * that is no failure wins.
     *
     * @param after wait for the first byte before the second request, 1ms to 1m
     * @param budgetPercent most second requests, in percent of the requests under way, 1 to 50; null means that they
     *     count in the retry budget only
     */
    @ApiRecord
    public record Hedge(
            @Required
            @JsonPropertyDescription(
                    "Wait for the first byte before the request is sent to a second node, from 1ms to 1m. With it, timeouts.firstByte also bounds every silence within the answer, such as that of a client that stops reading, and is timeouts.idle when absent.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1ms') && duration(self) <= duration('1m')",
                    message = "write a duration from 1ms to 1m, such as 150ms")
            String after,

            @JsonPropertyDescription(
                    "Most second requests in percent of the requests under way. Not acted on yet, and reported as Unsupported: they count in the retry budget only.")
            @Min(1)
            @Max(50)
            @Nullable
            Integer budgetPercent) {}

    /**
     * Refuses requests.
     *
     * @param code the S3 error that clients get
     */
    @ApiRecord
    public record Deny(
            @Default("AccessDenied") @JsonPropertyDescription("Code of the S3 error that clients get.")
            S3ErrorCode code) {

        public Deny {
            code = Absent.or(code, S3ErrorCode.AccessDenied);
        }
    }
}
