package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The specification of a DataPath.
 *
 * @param listeners the ports that clients connect to, unique by name and by port
 * @param poolRef pool for requests that no rule matches; without it they get 404 NoSuchBucket
 * @param gateway the gateway processes
 * @param drain how gateways are drained
 * @param accessLog the access log of gateways
 */
@ApiRecord
@ValidationRule(
        value = "self.listeners.all(l, self.listeners.exists_one(o, o.port == l.port))",
        message = "two listeners have the same port: give each listener a port of its own",
        fieldPath = ".listeners")
public record DataPathSpec(
        @Required
        @JsonPropertyDescription("Ports that S3 clients connect to; names and ports are unique.")
        @Size(min = 1, max = 16)
        List<Listener> listeners,

        @JsonPropertyDescription(
                "StoragePool that serves requests without a matching rule. Without it such requests get 404 NoSuchBucket.")
        @Nullable
        PoolReference poolRef,

        @Default("{}") @JsonPropertyDescription("The gateway processes: number, resources, placement and Service.")
        Gateway gateway,

        @Default("{}") @JsonPropertyDescription("How gateways are drained without aborting transfers.")
        Drain drain,

        @Default("{}") @JsonPropertyDescription("The access log of gateways.")
        AccessLog accessLog) {

    public DataPathSpec {
        listeners = Absent.or(listeners);
        gateway = Absent.or(gateway, Gateway.DEFAULT);
        drain = Absent.or(drain, Drain.DEFAULT);
        accessLog = Absent.or(accessLog, AccessLog.DEFAULT);
    }

    /**
     * How gateways are drained.
     *
     * @param timeout the longest transfer that survives a rollout or a node drain; 1s to 24h
     */
    @ApiRecord
    public record Drain(
            @Default("10m")
            @JsonPropertyDescription(
                    "Longest transfer that survives a rollout or a node drain, from 1s to 24h. A draining gateway waits this long for its connections to end.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1s') && duration(self) <= duration('24h')",
                    message = "write a duration from 1s to 24h, such as 10m")
            String timeout) {

        /** What an absent value stands for. */
        public static final Drain DEFAULT = new Drain("10m");

        public Drain {
            timeout = Absent.or(timeout, "10m");
        }
    }

    /**
     * The access log of gateways, as JSON on standard output. Query strings and Authorization headers are never logged.
     *
     * @param mode which requests are logged
     * @param sendRequestId whether requests to stores carry the logged request id in the header {@code
     *     x-datapath-request-id}, for the store's own log; a value sent by the client is replaced. False when absent:
     *     the store then receives nothing that the client did not send
     */
    @ApiRecord
    public record AccessLog(
            @Default("Errors")
            @JsonPropertyDescription(
                    "Which requests are logged as JSON on standard output: None, Errors (gateway-made errors and 5xx) or All. Signatures are never logged.")
            Mode mode,

            @Default("false")
            @JsonPropertyDescription(
                    "Send the logged request id to stores in the header x-datapath-request-id, for their own logs. The header is not part of the client's signature.")
            Boolean sendRequestId) {

        /** What an absent value stands for. */
        public static final AccessLog DEFAULT = new AccessLog(Mode.Errors, false);

        public AccessLog {
            mode = Absent.or(mode, Mode.Errors);
            sendRequestId = Absent.or(sendRequestId, false);
        }

        /** Which requests are logged. */
        public enum Mode {
            None,
            Errors,
            All
        }
    }
}
