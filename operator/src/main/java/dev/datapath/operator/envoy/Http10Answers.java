package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.UInt64Value;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
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
     * Buffer limit in bytes. The longest S3 list fits: 1,000 keys of 1,024 bytes, each byte percent-encoded, and 1 KiB more for
     * each key. A longer response is an error, because it is kept in memory.
     */
    static final int MAX_BYTES = 4 << 20;

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
