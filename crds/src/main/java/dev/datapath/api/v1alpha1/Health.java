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
 * How it is seen that a node should not be used. An overloaded node (503 SlowDown) is not a node that is down.
 *
 * @param active requests that gateways send on their own
 * @param passive what gateways conclude from clients' requests
 * @param slowNodes what happens to nodes that answer, but slower than the others; null means nothing
 * @param panicThresholdPercent when fewer than this share of the nodes is healthy, all are used; 0 to 100
 */
@ApiRecord
public record Health(
        @Default("{}")
        @JsonPropertyDescription(
                "Health checks that gateways send. What is absent comes from the provider's preset. Generic sends HEAD / and takes any status for healthy.")
        Active active,

        @Default("{}") @JsonPropertyDescription("Takes nodes out that fail clients' requests.")
        Passive passive,

        @JsonPropertyDescription(
                "Lowers the share of nodes that answer, but slower than the others. Not acted on yet; reported as Unsupported.")
        @Nullable
        SlowNodes slowNodes,

        @Default("1")
        @JsonPropertyDescription(
                "When fewer than this percentage of the nodes is healthy, all of them are used: 1 means all rather than none, 0 never does so.")
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
     * Health checks that gateways send. Null or empty means the provider's preset; the figures below hold where a preset
     * names none. The preset of Generic sends {@code HEAD /}, and every status is healthy: a program that answers is alive.
     *
     * @param method HTTP method; GET
     * @param path path and query of the request
     * @param port port of the check; the node's own port
     * @param scheme whether an HTTP check uses TLS; null means as the nodes are spoken to
     * @param expectedStatuses statuses of a healthy node; 200
     * @param bodyContains text that the body of a healthy node holds
     * @param interval time between two checks of one node, 100ms to 10m; 1s
     * @param timeout how long an answer may take, 10ms to 1m; 1s, or the interval when that is shorter
     * @param unhealthyAfter failures in a row that make a node unhealthy; 3
     * @param healthyAfter successes in a row that make it healthy again; 2
     */
    @ApiRecord
    @ValidationRule(
            value = "!has(self.interval) || !has(self.timeout) || duration(self.timeout) <= duration(self.interval)",
            message = "timeout must not exceed interval: lower timeout or raise interval",
            fieldPath = ".timeout")
    @ValidationRule(
            value = "!has(self.bodyContains) || !has(self.method) || self.method != 'HEAD'",
            message = "an answer to HEAD has no body: remove bodyContains, or set method: GET",
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

            @JsonPropertyDescription("Port of the check; the preset's, else the node's own, when absent.")
            @Min(1)
            @Max(65535)
            @Nullable
            Integer port,

            @JsonPropertyDescription(
                    "HTTP: the check is sent in clear text, also to nodes that are spoken to with TLS, such as to port 9020 of ObjectScale. HTTPS: it is sent with TLS as in spec.tls. As the nodes are spoken to when absent.")
            @Nullable
            Scheme scheme,

            @JsonPropertyDescription(
                    "HTTP statuses of a healthy node. When absent the preset's, and 200 for a path or a bodyContains of your own.")
            @Size(max = 16)
            List<@Min(100) @Max(599) Integer> expectedStatuses,

            @JsonPropertyDescription(
                    "Text that the body of a healthy node holds. The preset's, else any body, when absent.")
            @Size(min = 1, max = 256)
            @Pattern(Formats.PRINTABLE)
            @Nullable
            String bodyContains,

            @JsonPropertyDescription(
                    "Time between two checks of a node by one gateway, from 100ms to 10m. The preset's, else 1s, when absent.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('100ms') && duration(self) <= duration('10m')",
                    message = "write a duration from 100ms to 10m, such as 1s")
            @Nullable
            String interval,

            @JsonPropertyDescription(
                    "How long an answer to a check may take, from 10ms to 1m. The preset's, else 1s or the interval when that is shorter, when absent.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('10ms') && duration(self) <= duration('1m')",
                    message = "write a duration from 10ms to 1m, such as 1s")
            @Nullable
            String timeout,

            @JsonPropertyDescription("Failures in a row that make a node unhealthy. The preset's, else 3, when absent.")
            @Min(1)
            @Max(20)
            @Nullable
            Integer unhealthyAfter,

            @JsonPropertyDescription(
                    "Successes in a row that make a node healthy again. The preset's, else 2, when absent.")
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

        /** Clear text or TLS. */
        public enum Scheme {
            HTTP,
            HTTPS
        }
    }

    /**
     * What gateways conclude from clients' requests: failed connections, resets, answers that are not HTTP or break off,
     * first bytes that come too late, 502 and 504. A 500 or a 503 never counts.
     *
     * @param consecutiveErrors failures in a row that take a node out, 1 to 1000; a quarter of failures among at least twice
     *     as many requests within 3 s takes it out as well
     * @param ejectFor how long it stays out at least the first time, 1s to 1h; longer each time it happens again
     * @param maxEjectedPercent while less than this share of the nodes is out for this reason, a further one may be; 0 (none) to 100
     */
    @ApiRecord
    public record Passive(
            @Default("5")
            @JsonPropertyDescription(
                    "Failures in a row (no connection, reset, no HTTP, a body that breaks off, no first byte in time, 502, 504; never 500 or 503) after which a gateway stops using a node. It also stops when a quarter of at least twice as many requests within 3 s fail.")
            @Min(1)
            @Max(1000)
            Integer consecutiveErrors,

            @Default("3s")
            @JsonPropertyDescription(
                    "How long such a node is left out at least, from 1s to 1h, and up to 3 s more; longer each time it happens again, up to ten times as long. Passing health checks do not shorten it.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1s') && duration(self) <= duration('1h')",
                    message = "write a duration from 1s to 1h, such as 3s")
            String ejectFor,

            @Default("33")
            @JsonPropertyDescription(
                    "A further node may be left out for this reason while less than so many percent of the pool are: with 33 two of four nodes may, and one of three. Clients can make nodes look bad, so this bounds what one client can do to the others. 0 switches it off.")
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
     * What happens to nodes that answer, but slower than the others.
     *
     * @param mode Observe says it in status only, Enforce lowers the node's share
     * @param slowerThan factor over the pool's median, 1.1x to 99.99x
     * @param minimum difference from the median that matters at all, 1ms to 1m
     * @param minWeightPercent share that even the slowest node keeps, so that its recovery is seen; 1 to 100
     * @param maxSlowPercent most nodes that may be held for slow at once, 1 to 50
     */
    @ApiRecord
    public record SlowNodes(
            @JsonPropertyDescription(
                    "Disabled, Observe (say it in status only) or Enforce (lower the share of slow nodes step by step).")
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
                    "Share of its weight, in percent, that even the slowest node keeps; the trickle shows when it recovers.")
            @Min(1)
            @Max(100)
            @Nullable
            Integer minWeightPercent,

            @JsonPropertyDescription("Most nodes, in percent of the pool, that are treated as slow at once.")
            @Min(1)
            @Max(50)
            @Nullable
            Integer maxSlowPercent) {

        /** What is done about slow nodes. */
        public enum Mode {
            Disabled,
            Observe,
            Enforce
        }
    }
}
