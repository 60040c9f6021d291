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
import java.util.stream.Collectors;

/**
 * Errors of the gateway itself in the format of S3: XML, the same request id in header and body, and codes on which SDKs back off
 * and retry. Responses of the store are not affected.
 */
final class LocalReplies {

    /**
     * The request id. It is equal in header, body and log, also for requests that fail before any filter runs. It is unique on one
     * gateway, because a connection has one request at a time.
     */
    static final String REQUEST_ID = "%START_TIME(%s%6f)%-%CONNECTION_ID%";

    static final String REQUEST_ID_HEADER = "x-datapath-request-id";

    private LocalReplies() {}

    /** The first matching mapper is used. The last two together match everything. */
    static LocalReplyConfig config() {
        return LocalReplyConfig.newBuilder()
                .addMappers(directResponses())
                .addMappers(mapper(
                        cel("request.method == 'CONNECT'"),
                        405,
                        "MethodNotAllowed",
                        "The specified method is not allowed against this resource."))
                .addMappers(mapper(
                        details("absolute_path_rejected", "http1.invalid_url", "path_normalization_failed"),
                        400,
                        "InvalidURI",
                        "Couldn't parse the specified URI."))
                .addMappers(mapper(
                        details("http1.https_url_on_plaintext_connection"),
                        400,
                        "InvalidRequest",
                        "An https address was requested over a connection without TLS."))
                // A queue is full, or the gateway sheds load, so clients must reduce their request rate.
                .addMappers(mapper(flags("UO", "OM", "DO"), 503, "SlowDown", "Please reduce your request rate."))
                // Before the mapper for exhausted retries, because the timeout of an attempt is the reason of a failed
                // read.
                .addMappers(mapper(
                        flags("UT", "SI", "UMSDR", "DT"),
                        504,
                        "RequestTimeout",
                        "The store did not answer in time. Please try again."))
                .addMappers(mapper(
                        cel("xds.cluster_name == '" + Names.NO_BUCKET_CLUSTER + "'"),
                        404,
                        "NoSuchBucket",
                        "No rule matches this request."))
                .addMappers(mapper(
                        flags("UH", "NC"),
                        503,
                        "ServiceUnavailable",
                        "No storage node is available. Please try again."))
                .addMappers(mapper(
                        flags("UF", "UC", "UR", "LR", "URX", "UPE"),
                        503,
                        "ServiceUnavailable",
                        "The storage node failed while it handled the request. Please try again."))
                .addMappers(mapper(
                        cel("request.protocol == '" + Http10Answers.PROTOCOL + "' && response.code == 500"),
                        501,
                        "NotImplemented",
                        "A response of unknown length and more than " + Http10Answers.MAX_BYTES / 1024
                                + " KiB cannot be sent to an HTTP/1.0 client. Use HTTP/1.1."))
                .addMappers(mapper(flags("NR"), 404, "NoSuchBucket", "No rule matches this request."))
                .addMappers(mapper(statuses(413, 429, 507), 503, "SlowDown", "Please reduce your request rate."))
                .addMappers(mapper(
                        statuses(408), 503, "RequestTimeout", "The request was not sent in time. Please try again."))
                .addMappers(mapper(
                        statuses(431),
                        431,
                        "RequestHeaderSectionTooLarge",
                        "Your request header section is too large."))
                .addMappers(mapper(
                        statuses(501),
                        501,
                        "NotImplemented",
                        "A header you provided implies functionality that is not implemented."))
                .addMappers(mapper(
                        statuses(502, 503),
                        503,
                        "ServiceUnavailable",
                        "The request cannot be processed now. Please try again."))
                .addMappers(mapper(
                        status(ComparisonFilter.Op.LE, 499),
                        400,
                        "InvalidRequest",
                        "The request is not a valid HTTP/1.1 request for this gateway."))
                .addMappers(mapper(
                        status(ComparisonFilter.Op.GE, 500),
                        500,
                        "InternalError",
                        "We encountered an internal error. Please try again."))
                .build();
    }

    /** Denials by rules and rejections by guards have their own code and message, see {@link RouteRenderer#reject}. */
    private static ResponseMapper directResponses() {
        return ResponseMapper.newBuilder()
                .setFilter(details("direct_response"))
                .setBodyFormatOverride(xml("%LOCAL_REPLY_BODY%"))
                .addAllHeadersToAdd(headers(false))
                .addHeadersToAdd(GrpcErrors.sameStatus())
                .build();
    }

    private static ResponseMapper mapper(AccessLogFilter filter, int status, String code, String message) {
        return ResponseMapper.newBuilder()
                .setFilter(filter)
                .setStatusCode(UInt32Value.of(status))
                .addAllHeadersToAdd(headers(status >= 500))
                .addHeadersToAdd(GrpcErrors.status(status))
                .setBodyFormatOverride(xml(code(code, message)))
                .build();
    }

    private static String code(String code, String message) {
        return "<Code>" + code + "</Code><Message>" + message + "</Message>";
    }

    /** Without {@code Resource}, because Envoy does not escape text of clients, and a path may contain markup. */
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
            // Clients that failed at the same time must not retry at the same time. The milliseconds of the start time
            // are the jitter.
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

    /** Matches Envoy's details of a local reply. */
    static AccessLogFilter details(String... details) {
        return cel(Arrays.stream(details)
                .map(detail -> "response.code_details == '" + detail + "'")
                .collect(Collectors.joining(" || ")));
    }

    private static AccessLogFilter cel(String expression) {
        return AccessLogFilter.newBuilder()
                .setExtensionFilter(ExtensionFilter.newBuilder()
                        .setName("envoy.access_loggers.extension_filters.cel")
                        .setTypedConfig(Protos.any(ExpressionFilter.newBuilder()
                                .setExpression(expression)
                                .build())))
                .build();
    }

    private static AccessLogFilter flags(String... flags) {
        return AccessLogFilter.newBuilder()
                .setResponseFlagFilter(ResponseFlagFilter.newBuilder().addAllFlags(Arrays.asList(flags)))
                .build();
    }

    private static AccessLogFilter statuses(int... statuses) {
        var filters = Arrays.stream(statuses)
                .mapToObj(status -> status(ComparisonFilter.Op.EQ, status))
                .toList();
        return filters.size() == 1
                ? filters.getFirst()
                : AccessLogFilter.newBuilder()
                        .setOrFilter(OrFilter.newBuilder().addAllFilters(filters))
                        .build();
    }

    private static AccessLogFilter status(ComparisonFilter.Op comparison, int status) {
        return AccessLogFilter.newBuilder()
                .setStatusCodeFilter(StatusCodeFilter.newBuilder()
                        .setComparison(ComparisonFilter.newBuilder()
                                .setOp(comparison)
                                .setValue(RuntimeUInt32.newBuilder()
                                        .setDefaultValue(status)
                                        .setRuntimeKey("datapath.local_reply." + status))))
                .build();
    }
}
