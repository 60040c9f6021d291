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
 * A listener: everything about a connection that is not routing. It must stay the same when rules or pools change,
 * because Envoy drains the connections of a listener that changed.
 */
final class ListenerRenderer {

    private static final Duration CLIENT_IDLE = Duration.ofHours(1);
    private static final Duration REQUEST_HEADERS = Duration.ofSeconds(10);
    /** For what has no route of its own: routes say their idle limit themselves. */
    private static final Duration STREAM_IDLE = Duration.ofMinutes(5);
    /**
     * None (ADR 5): Envoy closes a connection as soon as the client has taken the answer. A limit would be one for a client that pauses
     * in the last bytes of an answer too: Envoy drops them, and without a word. It is also how much later a client learns that a body
     * was cut.
     */
    private static final Duration DELAYED_CLOSE = Duration.ZERO;
    /**
     * How long a client may take nothing of what waits for it, for connections without a request, for which no rule's idle limit runs.
     * As long as Linux repeats to a host that is gone ({@code tcp_retries2}); no client that reads at all is cut.
     */
    private static final Duration UNREAD = Duration.ofMinutes(15);

    /** What stores get as {@code Host} of an HTTP/1.0 request that has none. */
    private static final String DEFAULT_HOST = "localhost";

    private static final int MAX_HEADERS_KIB = 96;
    private static final int MAX_HEADERS = 500;
    private static final int ACCEPT_BACKLOG = 4096;

    private ListenerRenderer() {}

    /**
     * Renders one.
     *
     * @param listener its rules do not matter
     * @param plan settings of all listeners
     * @param port the one that the gateway opens
     */
    static Listener render(ListenerPlan listener, GatewayPlan plan, String bindAddress, int port, boolean reusePort) {
        var chain = FilterChain.newBuilder()
                .addFilters(filter("envoy.filters.network.set_filter_state", clientAddress()))
                .addFilters(filter("envoy.filters.network.http_connection_manager", connections(listener, plan)))
                .build();
        var message = Listener.newBuilder()
                .setName(listener.name())
                // What a gateway that is told to stop closes; its own listeners go on answering probes.
                .setTrafficDirection(TrafficDirection.INBOUND)
                .setAddress(EndpointRenderer.address(bindAddress, port))
                .setPerConnectionBufferLimitBytes(UInt32Value.of(ClusterRenderer.BUFFER_BYTES))
                .setTcpBacklogSize(UInt32Value.of(ACCEPT_BACKLOG))
                // Connections have what the socket has that they are accepted from.
                .addSocketOptions(UserTimeout.of(UNREAD, "an answer of which the client takes nothing"))
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
                // What the client sent is signed: nothing is normalised, added or dropped on the way.
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
                        // No store switches protocols, so a request to do so is served without it (RFC 9110, 7.8).
                        .addIgnoreHttp11Upgrade(anyText())
                        .setHeaderKeyFormat(preserveCase()))
                .setCommonHttpProtocolOptions(HttpProtocolOptions.newBuilder()
                        .setIdleTimeout(Protos.duration(CLIENT_IDLE))
                        .setMaxHeadersCount(UInt32Value.of(MAX_HEADERS))
                        .setHeadersWithUnderscoresAction(HttpProtocolOptions.HeadersWithUnderscoresAction.ALLOW))
                .setMaxRequestHeadersKb(UInt32Value.of(MAX_HEADERS_KIB))
                // The store says whether it wants the body; it alone can check the signature.
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
     * Before anything reads a request's headers: what would steer Envoy goes, and what only routing reads comes; the route
     * table takes that off again. Written as JSON because removal by prefix is newer than the API library.
     */
    private static TypedExtensionConfig earlyMutations(ListenerPlan listener) {
        var mutations = new ArrayList<String>();
        // Envoy itself removes only those that it knows to be dangerous, and the list changes with its versions.
        mutations.add("{\"remove_on_match\": {\"key_matcher\": {\"prefix\": \"x-envoy-\"}}}");
        // Belongs to an upgrade to HTTP/2, which is not made; Envoy removes the other two headers of it.
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

    /** Does nothing when the value is empty. */
    private static String set(String header, String format) {
        return "{\"append\": {\"header\": {\"key\": \"%s\", \"value\": \"%s\"}, \"append_action\": \"OVERWRITE_IF_EXISTS_OR_ADD\"}}"
                .formatted(header, format);
    }

    /** Route tables can match only headers and filter state, so rules with source CIDRs look here: routes as an address, matchers as text. */
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
