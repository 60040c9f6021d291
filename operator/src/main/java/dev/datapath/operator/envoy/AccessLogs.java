package dev.datapath.operator.envoy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.datapath.operator.plan.GatewayPlan;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.OrFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Access log with one JSON line per request on standard output. It contains neither the query nor the Authorization header, because
 * both can contain secrets.
 */
final class AccessLogs {

    private AccessLogs() {}

    static List<AccessLog> of(GatewayPlan.AccessLog mode) {
        return switch (mode) {
            case OFF -> List.of();
            case ERRORS -> List.of(log().toBuilder().setFilter(errors()).build());
            case ALL -> List.of(log());
        };
    }

    private static AccessLog log() {
        var fields = new LinkedHashMap<String, String>();
        fields.put("time", "%START_TIME%");
        fields.put("id", LocalReplies.REQUEST_ID);
        fields.put("client", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%");
        fields.put("method", "%REQ(:METHOD)%");
        fields.put("host", "%REQ(:AUTHORITY)%");
        fields.put("path", "%PATH(NQ:PATH)%");
        fields.put("rule", "%ROUTE_NAME%");
        fields.put("status", "%RESPONSE_CODE%");
        fields.put("flags", "%RESPONSE_FLAGS%");
        fields.put("details", "%RESPONSE_CODE_DETAILS%");
        fields.put("pool", "%UPSTREAM_CLUSTER_RAW%");
        fields.put("node", "%UPSTREAM_HOST%");
        fields.put("attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%");
        fields.put("store_id", "%RESP(X-AMZ-REQUEST-ID)%");
        fields.put("bytes_in", "%BYTES_RECEIVED%");
        fields.put("bytes_out", "%BYTES_SENT%");
        fields.put("first_byte_ms", "%RESPONSE_DURATION%");
        fields.put("duration_ms", "%DURATION%");
        var format = SubstitutionFormatString.newBuilder().setJsonFormat(struct(fields));
        return AccessLog.newBuilder()
                .setName("envoy.access_loggers.stdout")
                .setTypedConfig(Protos.any(
                        StdoutAccessLog.newBuilder().setLogFormat(format).build()))
                .build();
    }

    /** Responses with status 500 and above, denials by rules and guards, and aborted transfers, also after a 200. */
    private static AccessLogFilter errors() {
        var serverErrors = StatusCodeFilter.newBuilder()
                .setComparison(ComparisonFilter.newBuilder()
                        .setOp(ComparisonFilter.Op.GE)
                        .setValue(RuntimeUInt32.newBuilder()
                                .setDefaultValue(500)
                                .setRuntimeKey("datapath.access_log.min_status")));
        return AccessLogFilter.newBuilder()
                .setOrFilter(OrFilter.newBuilder()
                        .addFilters(AccessLogFilter.newBuilder().setStatusCodeFilter(serverErrors))
                        .addFilters(LocalReplies.details("direct_response"))
                        .addFilters(AccessLogFilter.newBuilder()
                                .setResponseFlagFilter(ResponseFlagFilter.getDefaultInstance())))
                .build();
    }

    private static Struct struct(Map<String, String> fields) {
        var struct = Struct.newBuilder();
        fields.forEach((name, format) ->
                struct.putFields(name, Value.newBuilder().setStringValue(format).build()));
        return struct.build();
    }
}
