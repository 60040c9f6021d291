package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcher;
import io.envoyproxy.envoy.extensions.filters.common.matcher.action.v3.SkipFilter;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

/**
 * Errors for requests with a gRPC content type. Envoy answers these with {@code 200 OK}, the error in {@code grpc-message} and no
 * body (Envoy: Http::Utility::prepareLocalReply), before an extension can change the request. An S3 client would treat a denied or
 * failed write as successful. So the response is converted back to an S3 error.
 */
final class GrpcErrors {

    static final String CONTENT_TYPE = "application/grpc";

    /**
     * Preserves the status of an error through Envoy's conversion. Only set on the gateway's own errors; never leaves the gateway.
     */
    static final String STATUS_HEADER = "x-datapath-status";

    /** The value is empty for requests with other content types, and an empty header is not added. */
    private static final String STATUS_FORMAT = "%%CEL('content-type' in request.headers"
            + " && request.headers['content-type'].startsWith('" + CONTENT_TYPE + "') ? %s : '')%%";

    /** The gRPC protocol defines {@code grpc-message} as percent-encoded. */
    private static final String SCRIPT = """
            function envoy_on_response(handle)
              local headers = handle:headers()
              local status = headers:get("%1$s")
              if status == nil then
                return
              end
              local message = headers:get("grpc-message")
              headers:remove("%1$s")
              headers:remove("grpc-status")
              headers:remove("grpc-message")
              headers:replace(":status", status)
              headers:replace("content-type", "application/xml")
              if message ~= nil then
                local text = message:gsub("%%%%(%%x%%x)", function(hex) return string.char(tonumber(hex, 16)) end)
                handle:body(true):setBytes(text)
              end
            end
            """.formatted(STATUS_HEADER);

    private GrpcErrors() {}

    /** The header for errors with this status. */
    static HeaderValueOption status(int status) {
        return LocalReplies.header(STATUS_HEADER, STATUS_FORMAT.formatted(status));
    }

    /** The header for errors that keep the status from Envoy. */
    static HeaderValueOption sameStatus() {
        return LocalReplies.header(STATUS_HEADER, STATUS_FORMAT.formatted("response.code"));
    }

    /**
     * The filter that restores the error. It is skipped for requests with other content types. It also processes requests that fail
     * before the filter chain is created.
     */
    static HttpFilter filter() {
        var other = Predicates.when(
                Predicates.not(Predicates.startsWith("content-type", CONTENT_TYPE)),
                Predicates.action("skip", SkipFilter.getDefaultInstance()));
        var script =
                Lua.newBuilder().setDefaultSourceCode(Protos.inline(SCRIPT)).build();
        return HttpFilter.newBuilder()
                .setName("datapath.grpc_errors")
                .setTypedConfig(Protos.any(ExtensionWithMatcher.newBuilder()
                        .setExtensionConfig(TypedExtensionConfig.newBuilder()
                                .setName("envoy.filters.http.lua")
                                .setTypedConfig(Protos.any(script)))
                        .setXdsMatcher(Matcher.newBuilder()
                                .setMatcherList(Matcher.MatcherList.newBuilder().addMatchers(other)))
                        .build()))
                .build();
    }
}
