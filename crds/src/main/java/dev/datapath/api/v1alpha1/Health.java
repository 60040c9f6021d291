package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How unusable nodes are detected. An overloaded node (503 SlowDown) is not down.
 *
 * @param active health checks that gateways send
 * @param passive outlier detection from clients' requests
 * @param slowNodes handling of nodes that respond, but slower than the others; null means none
 * @param panicThresholdPercent when fewer than this share of the nodes is healthy, all are used; 0 to 100
 */
@ApiRecord
public record Health(
        @Default("{}")
        @JsonPropertyDescription(
                "Health checks that gateways send. Absent fields use the provider's preset. Generic sends HEAD / and accepts any status as healthy.")
        Active active,

        @Default("{}") @JsonPropertyDescription("Ejects nodes that fail clients' requests.")
        Passive passive,

        @JsonPropertyDescription(
                "Lowers the share of nodes that respond, but slower than the others. Not implemented yet; reported as Unsupported.")
        @Nullable
        SlowNodes slowNodes,

        @Default("1")
        @JsonPropertyDescription(
                "When fewer than this percentage of the nodes is healthy, all of them are used: with 1 only when no node is healthy, with 0 never.")
        @Min(0)
        @Max(100)
        Integer panicThresholdPercent) {

    static final Health DEFAULT = new Health(Active.DEFAULT, Passive.DEFAULT, null, 1);

    public Health {
        active = Absent.or(active, Active.DEFAULT);
        passive = Absent.or(passive, Passive.DEFAULT);
        panicThresholdPercent = Absent.or(panicThresholdPercent, 1);
    }

    /**
     * Health checks that gateways send. Null or empty means the provider's preset; the values below apply where a
     * preset has none. The preset of Generic sends {@code HEAD /}, and every status is healthy: a process that responds
     * is alive.
     *
     * @param method HTTP method; GET
     * @param path path and query of the request
     * @param port port of the check; the node's own port
     * @param scheme whether an HTTP check uses TLS; null means as for clients' requests
     * @param expectedStatuses statuses of a healthy node; 200
     * @param bodyContains text in the body of a healthy node's response
     * @param interval time between two checks of one node, 100ms to 10m; 1s
     * @param timeout maximum response time, 10ms to 1m; 1s, or the interval when that is shorter
     * @param unhealthyAfter consecutive failures that make a node unhealthy; 3
     * @param healthyAfter consecutive successes that make it healthy again; 2
     */
    @ApiRecord
    @ValidationRule(
            value = "!has(self.interval) || !has(self.timeout) || duration(self.timeout) <= duration(self.interval)",
            message = "timeout must not exceed interval: lower timeout or raise interval",
            fieldPath = ".timeout")
    @ValidationRule(
            value = "!has(self.bodyContains) || !has(self.method) || self.method != 'HEAD'",
            message = "a response to HEAD has no body: remove bodyContains, or set method: GET",
            fieldPath = ".bodyContains")
    public record Active(
            @JsonPropertyDescription(
                    "HTTP method of the check: GET, HEAD or OPTIONS. The provider's preset when absent.")
            @Nullable
            Method method,

            @JsonPropertyDescription(
                    "Path and query of the check, such as /?ping. The provider's preset when absent: / for Generic.")
            @Size(min = 1, max = 1024)
            @Pattern("^/[!-~]*$")
            @Nullable
            String path,

            @JsonPropertyDescription("Port of the check. Default: the preset's, otherwise the node's own port.")
            @Min(1)
            @Max(65535)
            @Nullable
            Integer port,

            @JsonPropertyDescription(
                    "HTTP: the check is sent in plaintext, also to nodes with TLS, such as to port 9020 of ObjectScale. HTTPS: it is sent with TLS as in spec.tls. Default: as for clients' requests.")
            @Nullable
            Scheme scheme,

            @JsonPropertyDescription(
                    "HTTP statuses of a healthy node. Default: the preset's, or 200 if path or bodyContains is set.")
            @Size(max = 16)
            List<@Min(100) @Max(599) Integer> expectedStatuses,

            @JsonPropertyDescription(
                    "Text in the body of a healthy node's response. Default: the preset's, otherwise any body.")
            @Size(min = 1, max = 256)
            @Pattern(Formats.PRINTABLE)
            @Nullable
            String bodyContains,

            @JsonPropertyDescription(
                    "Time between two checks of a node by one gateway, from 100ms to 10m. Default: the preset's, otherwise 1s.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('100ms') && duration(self) <= duration('10m')",
                    message = "write a duration from 100ms to 10m, such as 1s")
            @Nullable
            String interval,

            @JsonPropertyDescription(
                    "Maximum response time of a check, from 10ms to 1m. Default: the preset's, otherwise 1s or the interval if that is shorter.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('10ms') && duration(self) <= duration('1m')",
                    message = "write a duration from 10ms to 1m, such as 1s")
            @Nullable
            String timeout,

            @JsonPropertyDescription(
                    "Consecutive failures that make a node unhealthy. Default: the preset's, otherwise 3.")
            @Min(1)
            @Max(20)
            @Nullable
            Integer unhealthyAfter,

            @JsonPropertyDescription(
                    "Consecutive successes that make a node healthy again. Default: the preset's, otherwise 2.")
            @Min(1)
            @Max(20)
            @Nullable
            Integer healthyAfter) {

        static final Active DEFAULT = new Active(null, null, null, null, List.of(), null, null, null, null, null);

        public Active {
            expectedStatuses = Absent.or(expectedStatuses);
        }

        /** HTTP methods of health checks. */
        public enum Method {
            GET,
            HEAD,
            OPTIONS
        }

        /** Plaintext or TLS. */
        public enum Scheme {
            HTTP,
            HTTPS
        }
    }

    /**
     * Outlier detection from clients' requests: failed connections, resets, responses that are not HTTP or are
     * truncated, late first bytes, 502 and 504. A 500 or a 503 never counts.
     *
     * @param consecutiveErrors consecutive failures that eject a node, 1 to 1000; a quarter of failures among at least
     *     twice as many requests within 3 s ejects it as well
     * @param ejectFor minimum duration of the first ejection, 1s to 1h; each further ejection is longer
     * @param maxEjectedPercent another node may be ejected while less than this share of the nodes is, 0 (none) to 100
     */
    @ApiRecord
    public record Passive(
            @Default("5")
            @JsonPropertyDescription(
                    "Consecutive failures (no connection, reset, no HTTP, truncated body, late first byte, 502, 504; never 500 or 503) after which a gateway ejects a node. It also ejects the node when a quarter of at least twice as many requests within 3 s fail.")
            @Min(1)
            @Max(1000)
            Integer consecutiveErrors,

            @Default("3s")
            @JsonPropertyDescription(
                    "Minimum duration of the first ejection, from 1s to 1h, plus up to 3 s; each further ejection is longer, up to ten times as long. Passing health checks do not shorten it.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1s') && duration(self) <= duration('1h')",
                    message = "write a duration from 1s to 1h, such as 3s")
            String ejectFor,

            @Default("33")
            @JsonPropertyDescription(
                    "Another node may be ejected while less than this percentage of the pool is ejected: with 33 two of four nodes, and one of three. Clients can make nodes fail, so this limits what one client can do to the others. 0 disables ejection.")
            @Min(0)
            @Max(100)
            Integer maxEjectedPercent) {

        static final Passive DEFAULT = new Passive(5, "3s", 33);

        public Passive {
            consecutiveErrors = Absent.or(consecutiveErrors, 5);
            ejectFor = Absent.or(ejectFor, "3s");
            maxEjectedPercent = Absent.or(maxEjectedPercent, 33);
        }
    }

    /**
     * Handling of nodes that respond, but slower than the others.
     *
     * @param mode Observe reports slow nodes in status only, Enforce lowers their share
     * @param slowerThan factor over the pool's median, 1.1x to 99.99x
     * @param minimum smallest relevant difference from the median, 1ms to 1m
     * @param minWeightPercent minimum share of the slowest node, which makes its recovery measurable; 1 to 100
     * @param maxSlowPercent maximum share of nodes that are treated as slow at once, 1 to 50
     */
    @ApiRecord
    public record SlowNodes(
            @JsonPropertyDescription(
                    "Disabled, Observe (report slow nodes in status only) or Enforce (lower the share of slow nodes step by step).")
            @Nullable
            Mode mode,

            @JsonPropertyDescription(
                    "A node is slow when its 90th percentile exceeds the pool's median by this factor: a number from 1.1 to 99.99 with x.")
            @Size(max = 8)
            @Pattern("^(1\\.[1-9][0-9]?|[2-9](\\.[0-9]{1,2})?|[1-9][0-9](\\.[0-9]{1,2})?)x$")
            @Nullable
            String slowerThan,

            @JsonPropertyDescription("Smallest difference from the median that makes a node slow, from 1ms to 1m.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1ms') && duration(self) <= duration('1m')",
                    message = "write a duration from 1ms to 1m, such as 50ms")
            @Nullable
            String minimum,

            @JsonPropertyDescription(
                    "Minimum share of its weight, in percent, of the slowest node; its remaining requests show when it recovers.")
            @Min(1)
            @Max(100)
            @Nullable
            Integer minWeightPercent,

            @JsonPropertyDescription(
                    "Maximum share of nodes, in percent of the pool, that are treated as slow at once.")
            @Min(1)
            @Max(50)
            @Nullable
            Integer maxSlowPercent) {

        /** The handling of slow nodes. */
        public enum Mode {
            Disabled,
            Observe,
            Enforce
        }
    }
}
