package dev.datapath.operator.envoy;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ExtensionFilter;
import io.envoyproxy.envoy.config.accesslog.v3.OrFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Errors that the gateway makes itself, as S3 clients expect them: S3 XML, the same id in header and body, and codes on
 * which SDKs back off and try again. What the store answers never comes by here.
 */
final class LocalReplies {

    /**
     * Equal in header, body and log, also for what fails before any filter runs. Unique on one gateway: one connection
     * carries one request at a time.
     */
    static final String REQUEST_ID = "%START_TIME(%s%6f)%-%CONNECTION_ID%";

    static final String REQUEST_ID_HEADER = "x-datapath-request-id";

    private LocalReplies() {}

    static LocalReplyConfig config() {
        return LocalReplyConfig.newBuilder()
                .addMappers(directResponses())
                // Queue full, no healthy node: the store or its gateway has too much to do, so come back later.
                .addMappers(mapper(flags("UO", "UH", "NC"), 503, "SlowDown", "Please reduce your request rate."))
                .addMappers(mapper(
                        flags("UF", "UC", "UR", "LR", "URX", "UPE"),
                        503,
                        "ServiceUnavailable",
                        "The storage node failed while it handled the request. Please try again."))
                .addMappers(mapper(
                        flags("UT", "SI", "UMSDR", "DT"),
                        504,
                        "RequestTimeout",
                        "The store did not answer in time. Please try again."))
                .addMappers(mapper(flags("NR"), 404, "NoSuchBucket", "No rule takes this request."))
                .addMappers(mapper(statuses(413, 429, 507), 503, "SlowDown", "Please reduce your request rate."))
                .addMappers(mapper(
                        statuses(408), 503, "RequestTimeout", "The request was not sent in time. Please try again."))
                .addMappers(mapper(
                        statuses(431),
                        431,
                        "RequestHeaderSectionTooLarge",
                        "Your request header section is too large."))
                .addMappers(mapper(statuses(400, 426), 400, "InvalidRequest", "The request is not valid HTTP/1.1."))
                .setBodyFormat(xml(code("InternalError", "We encountered an internal error. Please try again.")))
                .build();
    }

    /** Refusals by rules and guards carry their own code and message, see {@link RouteRenderer#refuse}. */
    private static ResponseMapper directResponses() {
        var expression = ExpressionFilter.newBuilder().setExpression("response.code_details == 'direct_response'");
        var filter = AccessLogFilter.newBuilder()
                .setExtensionFilter(ExtensionFilter.newBuilder()
                        .setName("envoy.access_loggers.extension_filters.cel")
                        .setTypedConfig(Protos.any(expression.build())))
                .build();
        return ResponseMapper.newBuilder()
                .setFilter(filter)
                .setBodyFormatOverride(xml("%LOCAL_REPLY_BODY%"))
                .addAllHeadersToAdd(headers(false))
                .build();
    }

    private static ResponseMapper mapper(AccessLogFilter filter, int status, String code, String message) {
        return ResponseMapper.newBuilder()
                .setFilter(filter)
                .setStatusCode(UInt32Value.of(status))
                .addAllHeadersToAdd(headers(status >= 500))
                .setBodyFormatOverride(xml(code(code, message)))
                .build();
    }

    private static String code(String code, String message) {
        return "<Code>" + code + "</Code><Message>" + message + "</Message>";
    }

    /** No {@code Resource}: Envoy does not escape what a client sent, and a path may hold markup. */
    private static SubstitutionFormatString xml(String inner) {
        var body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>" + inner + "<RequestId>" + REQUEST_ID
                + "</RequestId></Error>";
        return SubstitutionFormatString.newBuilder()
                .setContentType("application/xml")
                .setTextFormatSource(Protos.inline(body))
                .build();
    }

    private static List<HeaderValueOption> headers(boolean retry) {
        var headers = new ArrayList<HeaderValueOption>();
        headers.add(header("x-amz-request-id", REQUEST_ID));
        headers.add(header(REQUEST_ID_HEADER, REQUEST_ID));
        if (retry) {
            // Clients that failed together must not come back together: the milliseconds of the start are the jitter.
            headers.add(header("x-amz-retry-after", "1%START_TIME(%3f)%"));
            headers.add(header("Retry-After", "1"));
        }
        return headers;
    }

    static HeaderValueOption header(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                .build();
    }

    private static AccessLogFilter flags(String... flags) {
        return AccessLogFilter.newBuilder()
                .setResponseFlagFilter(ResponseFlagFilter.newBuilder().addAllFlags(Arrays.asList(flags)))
                .build();
    }

    private static AccessLogFilter statuses(int... statuses) {
        var filters = Arrays.stream(statuses).mapToObj(LocalReplies::status).toList();
        return filters.size() == 1
                ? filters.getFirst()
                : AccessLogFilter.newBuilder()
                        .setOrFilter(OrFilter.newBuilder().addAllFilters(filters))
                        .build();
    }

    private static AccessLogFilter status(int status) {
        return AccessLogFilter.newBuilder()
                .setStatusCodeFilter(StatusCodeFilter.newBuilder()
                        .setComparison(ComparisonFilter.newBuilder()
                                .setOp(ComparisonFilter.Op.EQ)
                                .setValue(RuntimeUInt32.newBuilder()
                                        .setDefaultValue(status)
                                        .setRuntimeKey("datapath.local_reply." + status))))
                .build();
    }
}
