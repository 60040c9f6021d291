package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.google.protobuf.UInt64Value;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.common.async_files.v3.AsyncFileManagerConfig;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcher;
import io.envoyproxy.envoy.extensions.filters.http.composite.v3.Composite;
import io.envoyproxy.envoy.extensions.filters.http.composite.v3.ExecuteFilterAction;
import io.envoyproxy.envoy.extensions.filters.http.file_system_buffer.v3.BufferBehavior;
import io.envoyproxy.envoy.extensions.filters.http.file_system_buffer.v3.FileSystemBufferFilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.file_system_buffer.v3.StreamConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

/**
 * Responses without Content-Length to HTTP/1.0 requests. HTTP/1.0 has no chunked encoding, so such a body ends with the connection
 * (RFC 1945, 7.2.2), and a client cannot detect that a body was truncated: Envoy closes the connection gracefully in both cases,
 * and has no setting to reset it. So the gateway buffers the body until its end and then sends it with its length. When the body is
 * truncated, the client gets an error. Bodies with a length and HTTP/1.1 requests are not buffered.
 *
 * <p>Envoy marks this filter as work in progress. No other Envoy filter buffers a whole response with a size limit. Only HTTP/1.0
 * requests reach it, and with a disk limit of 0 it writes no file.
 */
final class Http10Answers {

    /** The value of {@link Names#PROTOCOL_HEADER} for HTTP/1.0 requests. */
    static final String PROTOCOL = "HTTP/1.0";

    /**
     * Buffer limit in bytes, as much as one connection may use ({@link Overload#CONNECTION_BYTES}). Envoy has no limit on the sum of all
     * buffered responses, so what all connections may buffer together must fit into memory. A longer response is an error.
     */
    static final int MAX_BYTES = 256 << 10;

    private Http10Answers() {}

    static HttpFilter filter() {
        var buffer = ExecuteFilterAction.newBuilder()
                .setTypedConfig(TypedExtensionConfig.newBuilder()
                        .setName("envoy.filters.http.file_system_buffer")
                        .setTypedConfig(Protos.any(buffer())))
                .build();
        var http10 = Predicates.when(
                Predicates.equal(Names.PROTOCOL_HEADER, PROTOCOL), Predicates.action("hold-back", buffer));
        return HttpFilter.newBuilder()
                .setName("datapath.http10_answers")
                .setTypedConfig(Protos.any(ExtensionWithMatcher.newBuilder()
                        .setExtensionConfig(TypedExtensionConfig.newBuilder()
                                .setName("envoy.filters.http.composite")
                                .setTypedConfig(Protos.any(Composite.getDefaultInstance())))
                        .setXdsMatcher(Matcher.newBuilder()
                                .setMatcherList(Matcher.MatcherList.newBuilder().addMatchers(http10)))
                        .build()))
                .build();
    }

    /**
     * Refuses requests of a gRPC content type. When an answer that is held back fails, Envoy answers such a request with {@code 200 OK},
     * and the answer does not pass {@link GrpcErrors} any more.
     */
    static FieldMatcher guard() {
        return Predicates.when(
                Predicates.and(
                        Predicates.equal(Names.PROTOCOL_HEADER, PROTOCOL),
                        Predicates.startsWith("content-type", GrpcErrors.CONTENT_TYPE)),
                Predicates.action(
                        "route",
                        RouteRenderer.reject(
                                "guard/http10",
                                501,
                                "NotImplemented",
                                "An HTTP/1.0 request cannot have the content type application/grpc. Use HTTP/1.1.",
                                RouteMatch.newBuilder().setPrefix("/").build())));
    }

    private static FileSystemBufferFilterConfig buffer() {
        return FileSystemBufferFilterConfig.newBuilder()
                // Required, although no file is written.
                .setManagerConfig(AsyncFileManagerConfig.newBuilder()
                        .setThreadPool(
                                AsyncFileManagerConfig.ThreadPool.newBuilder().setThreadCount(1)))
                .setRequest(StreamConfig.newBuilder()
                        .setBehavior(BufferBehavior.newBuilder().setBypass(BufferBehavior.Bypass.getDefaultInstance())))
                .setResponse(StreamConfig.newBuilder()
                        .setBehavior(BufferBehavior.newBuilder()
                                .setInjectContentLengthIfNecessary(
                                        BufferBehavior.InjectContentLengthIfNecessary.getDefaultInstance()))
                        .setMemoryBufferBytesLimit(UInt64Value.of(MAX_BYTES))
                        .setStorageBufferBytesLimit(UInt64Value.of(0)))
                .build();
    }
}
