package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcher;
import io.envoyproxy.envoy.extensions.filters.common.matcher.action.v3.SkipFilter;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

/**
 * Errors for requests of a gRPC content type. Envoy answers those with {@code 200 OK}, the error in {@code grpc-message} and no body
 * (Envoy: Http::Utility::prepareLocalReply), and decides so before any extension can change the request. An S3 client would
 * take a denied or failed write for a stored one. So the error is turned back into an S3 error on its way out.
 */
final class GrpcErrors {

    static final String CONTENT_TYPE = "application/grpc";

    /** Carries the status of an error past Envoy's conversion. Set on the gateway's own errors only; never leaves the gateway. */
    static final String STATUS_HEADER = "x-datapath-status";

    /** The value is empty, and the header therefore left out, for requests of any other content type. */
    private static final String STATUS_FORMAT = "%%CEL('content-type' in request.headers"
            + " && request.headers['content-type'].startsWith('" + CONTENT_TYPE + "') ? %s : '')%%";

    /** {@code grpc-message} is percent-encoded; the gRPC protocol defines it so. */
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

    /** To be added to errors with that status. */
    static HeaderValueOption status(int status) {
        return LocalReplies.header(STATUS_HEADER, STATUS_FORMAT.formatted(status));
    }

    /** To be added to errors that keep the status that Envoy gave them. */
    static HeaderValueOption sameStatus() {
        return LocalReplies.header(STATUS_HEADER, STATUS_FORMAT.formatted("response.code"));
    }

    /**
     * The filter that restores the error. It is skipped for requests of other content types. It also sees requests that fail before
     * filters are chosen.
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
