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
 * The handling of matching requests.
 *
 * @param name unique within the policy
 * @param matches any of these; empty matches every request of the target
 * @param pools destinations of the requests, by weight; empty with {@code deny}, or with {@code fault} alone, whose
 *     requests go to the DataPath's {@code poolRef}
 * @param failover destination when these pools fail
 * @param trafficClass priority under overload; null means Standard
 * @param timeouts limits on waiting, never on a whole transfer
 * @param retry retries of failed requests
 * @param hedge when a read is sent a second time
 * @param limits rate limits
 * @param authentication denies requests by the credentials that they present
 * @param mirror destination of copies of reads
 * @param deny denies the requests
 * @param fault fails or delays a share of them, for a drill
 */
@ApiRecord
@ValidationRule(
        value = "has(self.pools) || has(self.deny) || has(self.fault)",
        message =
                "a rule needs pools to forward requests to, deny to deny them, or fault for a drill: write one of them")
@ValidationRule(
        value = "!(has(self.pools) && has(self.deny))",
        message = "a rule either forwards or denies requests: write pools or deny, not both",
        fieldPath = ".deny")
@ValidationRule(
        value = "!(has(self.fault) && has(self.deny))",
        message = "a denied request cannot have a fault: remove fault or deny",
        fieldPath = ".fault")
@ValidationRule(
        value =
                "has(self.pools) || !(has(self.failover) || has(self.timeouts) || has(self.retry) || has(self.hedge) || has(self.limits) || has(self.authentication) || has(self.mirror))",
        message =
                "failover, timeouts, retry, hedge, limits, authentication and mirror need pools: add pools, or remove them")
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

        @JsonPropertyDescription(
                "Matching requests; one of these must match. Without matches the rule matches every request.")
        @Size(min = 1, max = MAX_MATCHES)
        List<RequestMatch> matches,

        @JsonPropertyDescription("StoragePools that serve the requests, by weight.") @Size(min = 1, max = 16)
        List<WeightedPool> pools,

        @JsonPropertyDescription(
                "Destination when the nodes of pools fail. Not implemented yet; reported as Unsupported.")
        @Nullable
        Failover failover,

        @JsonPropertyDescription(
                "Priority under overload: Critical, Standard, then Batch. Not implemented yet: all classes have the same priority, and any value except Standard is reported as Unsupported.")
        @Nullable
        TrafficClass trafficClass,

        @JsonPropertyDescription("Limits on waiting, never on a whole transfer.") @Nullable
        Timeouts timeouts,

        @JsonPropertyDescription(
                "Retries of failed requests on another node: reads of objects before their first byte, other reads and lists at most once, writes only when nothing was sent.")
        @Nullable
        Retry retry,

        @JsonPropertyDescription("When a read of an object is sent to a second node; the first response wins.")
        @Nullable
        Hedge hedge,

        @JsonPropertyDescription(
                "Rate limits; requests above them get 503 SlowDown. Not implemented yet; reported as Unsupported.")
        @Nullable
        RateLimits limits,

        @JsonPropertyDescription(
                "Denies requests by the credentials that they present. The store verifies credentials; a gateway only reads them.")
        @Nullable
        Authentication authentication,

        @JsonPropertyDescription("Destination of copies of object reads; their responses are discarded.") @Nullable
        Mirror mirror,

        @JsonPropertyDescription("Denies the requests with an S3 error.") @Nullable
        Deny deny,

        @JsonPropertyDescription(
                "Delays or fails a share of the requests until a given time, for a drill. Without pools the other requests go to the DataPath's poolRef. Not implemented yet: no request is delayed or failed; reported as Unsupported.")
        @Nullable
        Fault fault) {

    /** Maximum matches of one rule. */
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

    /** Priority under overload. */
    public enum TrafficClass {
        Critical,
        Standard,
        Batch
    }

    /**
     * Limits on waiting. Null means the gateway's default for the operation.
     *
     * @param firstByte maximum wait for the first byte of the response, 10ms to 1h; by default 10s for reads of
     *     objects, 30s for other reads and lists, 60s for writes; CompleteMultipartUpload, CopyObject and
     *     UploadPartCopy always get at least 10m
     * @param idle maximum time without data in a transfer, 100ms to 1h; by default 60s; the three operations above
     *     always get at least 10m
     */
    @ApiRecord
    public record Timeouts(
            @JsonPropertyDescription(
                    "Maximum wait for the first byte of the response after the request was sent, from 10ms to 1h. By default 10s for reads of objects, 30s for other reads and lists, 60s for writes. CompleteMultipartUpload and copies, whose responses are late, always get at least 10m.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('10ms') && duration(self) <= duration('1h')",
                    message = "write a duration from 10ms to 1h, such as 10s")
            @Nullable
            String firstByte,

            @JsonPropertyDescription(
                    "Maximum time without data in a transfer, from 100ms to 1h. By default 60s. CompleteMultipartUpload and copies always get at least 10m.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('100ms') && duration(self) <= duration('1h')",
                    message = "write a duration from 100ms to 1h, such as 60s")
            @Nullable
            String idle) {}

    /**
     * Retries of failed requests.
     *
     * @param attempts retries after the first attempt, 0 (never) to 5; null means 1 for reads, 3 for requests of which
     *     nothing could be sent
     * @param backoff delay before the first retry, 1ms to 10s; with jitter, doubled each time up to ten times the
     *     initial delay
     * @param budgetPercent maximum retries, in percent of the active requests of clients; 0 to 100
     */
    @ApiRecord
    public record Retry(
            @JsonPropertyDescription(
                    "Retries after the first attempt; 0 disables them. Default: 1 for reads, and 3 for writes, which are retried only when no connection could be opened. A read may wait for timeouts.firstByte again with each retry. Lists and other reads that are not of an object are retried at most once, and so are hedged reads.")
            @Min(0)
            @Max(5)
            @Nullable
            Integer attempts,

            @Default("5ms")
            @JsonPropertyDescription(
                    "Delay before the first retry, from 1ms to 10s; with jitter, doubled each time up to ten times the initial delay.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1ms') && duration(self) <= duration('10s')",
                    message = "write a duration from 1ms to 10s, such as 5ms")
            String backoff,

            @Default("20")
            @JsonPropertyDescription(
                    "Maximum retries in percent of the active requests of clients, which prevents retry storms; 20 concurrent retries are always allowed. If several rules use a pool, the smallest budget applies.")
            @Min(0)
            @Max(100)
            Integer budgetPercent) {

        public Retry {
            backoff = Absent.or(backoff, "5ms");
            budgetPercent = Absent.or(budgetPercent, 20);
        }
    }

    /**
     * When a read of an object is sent a second time, once, to another node; never in a pool of one node. The first
     * response that is not a failure wins.
     *
     * @param after wait for the first byte before the second request, 1ms to 1m
     * @param budgetPercent maximum second requests, in percent of the active requests, 1 to 50; null means that they
     *     count only in the retry budget
     */
    @ApiRecord
    public record Hedge(
            @Required
            @JsonPropertyDescription(
                    "Wait for the first byte before the request is sent to a second node, from 1ms to 1m. With it, timeouts.firstByte also limits the time without data within the response, such as when a client stops reading, and defaults to timeouts.idle.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1ms') && duration(self) <= duration('1m')",
                    message = "write a duration from 1ms to 1m, such as 150ms")
            String after,

            @JsonPropertyDescription(
                    "Maximum second requests in percent of the active requests. Not implemented yet, and reported as Unsupported: they count only in the retry budget.")
            @Min(1)
            @Max(50)
            @Nullable
            Integer budgetPercent) {}

    /**
     * Denies requests by the credentials that they present: 403 AccessDenied. The credentials of a form upload are in its body, which a
     * gateway does not read: each denial matches form uploads as well.
     *
     * @param anonymous requests without a signature, CORS preflights excepted; null means Allow
     * @param presigned requests that are signed in their query; null allows them
     */
    @ApiRecord
    @ValidationRule(
            value = "has(self.anonymous) || has(self.presigned)",
            message = "authentication needs a condition: write anonymous or presigned, or remove authentication")
    public record Authentication(
            @JsonPropertyDescription(
                    "Whether requests without a signature are allowed. CORS preflights always are. Deny denies form uploads as well, whose signature is in their body. Allow when absent.")
            @Nullable
            Permission anonymous,

            @JsonPropertyDescription("Requirements for requests that are signed in their query.") @Nullable
            Presigned presigned) {}

    /** Whether requests are allowed. */
    public enum Permission {
        Allow,
        Deny
    }

    /**
     * Presigned requests: those that are signed in their query, with Signature Version 4 or 2.
     *
     * @param mode null means Allow
     * @param maxExpiry the longest validity, 1s to 168h in whole seconds; null for no limit
     */
    @ApiRecord
    @ValidationRule(
            value = "has(self.mode) || has(self.maxExpiry)",
            message = "presigned needs a condition: write mode or maxExpiry, or remove presigned")
    @ValidationRule(
            value = "!has(self.maxExpiry) || !has(self.mode) || self.mode != 'Deny'",
            message = "mode Deny denies every presigned request: remove maxExpiry, or write mode: Allow",
            fieldPath = ".maxExpiry")
    public record Presigned(
            @JsonPropertyDescription(
                    "Whether presigned requests are allowed. Deny denies form uploads as well, whose signature is in their body. Allow when absent.")
            @Nullable
            Permission mode,

            @JsonPropertyDescription(
                    "Longest validity of a presigned request (X-Amz-Expires), from 1s to 168h in whole seconds. Requests of Signature Version 2, which do not say for how long they were signed, and form uploads are denied. No limit when absent.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value =
                            "duration(self) >= duration('1s') && duration(self) <= duration('168h') && duration(self).getMilliseconds() % 1000 == 0",
                    message = "write a duration from 1s to 168h in whole seconds, such as 1h")
            @Nullable
            String maxExpiry) {}

    /**
     * Denies requests.
     *
     * @param code the S3 error that clients receive
     */
    @ApiRecord
    public record Deny(
            @Default("AccessDenied") @JsonPropertyDescription("Code of the S3 error that clients receive.")
            S3ErrorCode code) {

        public Deny {
            code = Absent.or(code, S3ErrorCode.AccessDenied);
        }
    }
}
