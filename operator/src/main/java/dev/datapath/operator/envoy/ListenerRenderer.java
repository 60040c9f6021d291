package dev.datapath.operator.envoy;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.set_filter_state.v3.Config;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.time.Duration;
import java.util.ArrayList;

/**
 * Renders a listener: all settings of connections except routing. It must not change when rules or pools change, because Envoy
 * drains the connections of a changed listener.
 */
final class ListenerRenderer {

    private static final Duration CLIENT_IDLE = Duration.ofHours(1);
    private static final Duration REQUEST_HEADERS = Duration.ofSeconds(10);
    /** For requests without a route. Routes set their own idle timeout. */
    private static final Duration STREAM_IDLE = Duration.ofMinutes(5);
    /**
     * No delayed close (ADR 5): Envoy closes a connection as soon as the client has read the response. A timeout would also apply
     * to a client that pauses in the last bytes of a response, and Envoy would silently drop these. It would also delay the
     * detection of a truncated body by the client.
     */
    private static final Duration DELAYED_CLOSE = Duration.ZERO;
    /**
     * How long a client may stop reading, for connections without a request, to which no idle timeout of a rule applies. It equals
     * the time for which Linux retransmits to an unreachable host ({@code tcp_retries2}). A client that still reads is never
     * disconnected.
     */
    private static final Duration UNREAD = Duration.ofMinutes(15);

    /** The {@code Host} that stores get for an HTTP/1.0 request without one. */
    private static final String DEFAULT_HOST = "localhost";

    private static final int MAX_HEADERS_KIB = 96;
    private static final int MAX_HEADERS = 500;
    private static final int ACCEPT_BACKLOG = 4096;

    private ListenerRenderer() {}

    /**
     * Renders a listener.
     *
     * @param listener its rules are ignored
     * @param plan contains the settings of all listeners
     * @param port the port that the gateway opens
     */
    static Listener render(ListenerPlan listener, GatewayPlan plan, String bindAddress, int port, boolean reusePort) {
        var chain = FilterChain.newBuilder()
                .addFilters(filter("envoy.filters.network.set_filter_state", clientAddress()))
                .addFilters(filter("envoy.filters.network.http_connection_manager", connections(listener, plan)))
                .build();
        var message = Listener.newBuilder()
                .setName(listener.name())
                // A draining gateway closes inbound listeners. Its admin listeners keep answering probes.
                .setTrafficDirection(TrafficDirection.INBOUND)
                .setAddress(EndpointRenderer.address(bindAddress, port))
                .setPerConnectionBufferLimitBytes(UInt32Value.of(ClusterRenderer.BUFFER_BYTES))
                .setTcpBacklogSize(UInt32Value.of(ACCEPT_BACKLOG))
                // Accepted connections inherit the options of the listening socket.
                .addSocketOptions(UserTimeout.of(UNREAD, "a response that the client stops reading"))
                .setEnableReusePort(BoolValue.of(reusePort));
        if (listener.tls() == null) {
            message.addFilterChains(chain);
        } else {
            ServerNameChains.add(message, chain, listener.tls());
        }
        return message.build();
    }

    private static HttpConnectionManager connections(ListenerPlan listener, GatewayPlan plan) {
        return HttpConnectionManager.newBuilder()
                .setStatPrefix(Names.statistics(listener))
                .setCodecType(CodecType.HTTP1)
                .setRds(Rds.newBuilder().setRouteConfigName(listener.name()).setConfigSource(Protos.ads()))
                .addHttpFilters(Http10Answers.filter())
                .addHttpFilters(GrpcErrors.filter())
                .addHttpFilters(HedgedReads.filter())
                .addHttpFilters(router())
                .addEarlyHeaderMutationExtensions(earlyMutations(listener))
                .addAllAccessLog(AccessLogs.of(plan.accessLog()))
                .setLocalReplyConfig(LocalReplies.config())
                // Requests are signed by the client, so nothing is normalized, added or removed.
                .setUseRemoteAddress(BoolValue.of(true))
                .setSkipXffAppend(true)
                .setGenerateRequestId(BoolValue.of(false))
                .setPreserveExternalRequestId(true)
                .setForwardClientCertDetails(ForwardClientCertDetails.ALWAYS_FORWARD_ONLY)
                .setServerHeaderTransformation(ServerHeaderTransformation.PASS_THROUGH)
                .setNormalizePath(BoolValue.of(false))
                .setMergeSlashes(false)
                .setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.KEEP_UNCHANGED)
                .setHttpProtocolOptions(Http1ProtocolOptions.newBuilder()
                        .setEnableTrailers(true)
                        .setAcceptHttp10(true)
                        .setDefaultHostForHttp10(DEFAULT_HOST)
                        // No store switches protocols, so an Upgrade request is served without upgrade (RFC 9110, 7.8).
                        .addIgnoreHttp11Upgrade(anyText())
                        .setHeaderKeyFormat(preserveCase()))
                .setCommonHttpProtocolOptions(HttpProtocolOptions.newBuilder()
                        .setIdleTimeout(Protos.duration(CLIENT_IDLE))
                        .setMaxHeadersCount(UInt32Value.of(MAX_HEADERS))
                        .setHeadersWithUnderscoresAction(HttpProtocolOptions.HeadersWithUnderscoresAction.ALLOW))
                .setMaxRequestHeadersKb(UInt32Value.of(MAX_HEADERS_KIB))
                // The store decides whether it accepts the body, because only the store can verify the signature.
                .setProxy100Continue(true)
                .setStreamIdleTimeout(Protos.duration(STREAM_IDLE))
                .setRequestTimeout(Protos.duration(Duration.ZERO))
                .setRequestHeadersTimeout(Protos.duration(REQUEST_HEADERS))
                .setDelayedCloseTimeout(Protos.duration(DELAYED_CLOSE))
                .build();
    }

    private static HeaderKeyFormat preserveCase() {
        var config = PreserveCaseFormatterConfig.newBuilder().setForwardReasonPhrase(true);
        return HeaderKeyFormat.newBuilder()
                .setStatefulFormatter(Protos.extension("preserve_case", config.build()))
                .build();
    }

    private static StringMatcher anyText() {
        return StringMatcher.newBuilder()
                .setSafeRegex(RegexMatcher.newBuilder().setRegex(".*"))
                .build();
    }

    private static HttpFilter router() {
        return HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(Protos.any(
                        Router.newBuilder().setSuppressEnvoyHeaders(true).build()))
                .build();
    }

    /**
     * Mutations before any filter reads the request headers: headers that control Envoy are removed, and headers for routing are
     * added, which the route table removes again. Written as JSON because removal by prefix is newer than the API library.
     */
    private static TypedExtensionConfig earlyMutations(ListenerPlan listener) {
        var mutations = new ArrayList<String>();
        // Envoy itself only removes those that it knows to be dangerous, and the list changes between versions.
        mutations.add("{\"remove_on_match\": {\"key_matcher\": {\"prefix\": \"x-envoy-\"}}}");
        // Part of an upgrade to HTTP/2, which is not supported. Envoy removes the other two headers of it.
        mutations.add(remove("http2-settings"));
        mutations.add(remove(Names.FORWARDED_PROTO_HEADER));
        mutations.add(set(Names.FORWARDED_PROTO_HEADER, "%REQ(X-FORWARDED-PROTO)%"));
        mutations.add(set(Names.TARGET_HEADER, "%PATH(NQ:PATH)%/"));
        mutations.add(set(Names.METHOD_HEADER, "%REQ(:METHOD)% %REQ(ACCESS-CONTROL-REQUEST-METHOD)%"));
        mutations.add(set(Names.PROTOCOL_HEADER, "%PROTOCOL%"));
        if (!listener.baseDomains().isEmpty()) {
            mutations.add(set(Names.HOST_HEADER, "%REQ(:AUTHORITY)%:"));
        }
        return Protos.extension(
                "envoy.http.early_header_mutation.header_mutation",
                Protos.typedStruct(
                        "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
                        "{\"mutations\": [" + String.join(", ", mutations) + "]}"));
    }

    private static String remove(String header) {
        return "{\"remove\": \"%s\"}".formatted(header);
    }

    /** Sets a header. Has no effect when the value is empty. */
    private static String set(String header, String format) {
        return "{\"append\": {\"header\": {\"key\": \"%s\", \"value\": \"%s\"}, \"append_action\": \"OVERWRITE_IF_EXISTS_OR_ADD\"}}"
                .formatted(header, format);
    }

    /**
     * The client address as filter state, for rules with source CIDRs, because route tables can only match headers and filter
     * state. Routes use it as an address, matchers as text.
     */
    private static Config clientAddress() {
        return Config.newBuilder()
                .addOnNewConnection(clientAddress(Names.SOURCE_ADDRESS_STATE, "envoy.network.ip"))
                .addOnNewConnection(clientAddress(Names.SOURCE_TEXT_STATE, "envoy.string"))
                .build();
    }

    private static FilterStateValue.Builder clientAddress(String state, String kind) {
        return FilterStateValue.newBuilder()
                .setObjectKey(state)
                .setFactoryKey(kind)
                .setFormatString(SubstitutionFormatString.newBuilder()
                        .setTextFormatSource(Protos.inline("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")));
    }

    private static Filter filter(String name, Message config) {
        return Filter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }
}
