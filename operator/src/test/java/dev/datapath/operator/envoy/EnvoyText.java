package dev.datapath.operator.envoy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.overload.v3.ScaleTimersOverloadActionConfig;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteList;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcher;
import io.envoyproxy.envoy.extensions.filters.common.matcher.action.v3.SkipFilter;
import io.envoyproxy.envoy.extensions.filters.http.composite.v3.Composite;
import io.envoyproxy.envoy.extensions.filters.http.composite.v3.ExecuteFilterAction;
import io.envoyproxy.envoy.extensions.filters.http.file_system_buffer.v3.FileSystemBufferFilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.set_filter_state.v3.Config;
import io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.FilterStateInput;
import io.envoyproxy.envoy.extensions.matching.input_matchers.ip.v3.Ip;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import java.io.IOException;
import java.util.List;

/** Rendered resources as YAML for review. Fields newer than the API library are missing. */
final class EnvoyText {

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer()
            .preservingProtoFieldNames()
            .usingTypeRegistry(TypeRegistry.newBuilder()
                    .add(List.<Descriptor>of(
                            Composite.getDescriptor(),
                            Config.getDescriptor(),
                            ConnectionLimit.getDescriptor(),
                            DownstreamConnectionsConfig.getDescriptor(),
                            DownstreamTlsContext.getDescriptor(),
                            ExecuteFilterAction.getDescriptor(),
                            ExpressionFilter.getDescriptor(),
                            FileSystemBufferFilterConfig.getDescriptor(),
                            FilterConfig.getDescriptor(),
                            FilterStateInput.getDescriptor(),
                            HeaderMutation.getDescriptor(),
                            HealthCheckEventFileSink.getDescriptor(),
                            HttpConnectionManager.getDescriptor(),
                            HttpRequestHeaderMatchInput.getDescriptor(),
                            Ip.getDescriptor(),
                            LeastRequest.getDescriptor(),
                            PreserveCaseFormatterConfig.getDescriptor(),
                            PreviousHostsPredicate.getDescriptor(),
                            Random.getDescriptor(),
                            RawBuffer.getDescriptor(),
                            RingHash.getDescriptor(),
                            RoundRobin.getDescriptor(),
                            Route.getDescriptor(),
                            RouteList.getDescriptor(),
                            Router.getDescriptor(),
                            ExtensionWithMatcher.getDescriptor(),
                            Lua.getDescriptor(),
                            SkipFilter.getDescriptor(),
                            FixedHeapConfig.getDescriptor(),
                            ScaleTimersOverloadActionConfig.getDescriptor(),
                            StdoutAccessLog.getDescriptor(),
                            TlsInspector.getDescriptor(),
                            TypedStruct.getDescriptor(),
                            UpstreamTlsContext.getDescriptor()))
                    .build());
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build();

    private EnvoyText() {}

    static String of(EnvoyResources resources) throws IOException {
        var all = JSON.createObjectNode();
        all.set("listeners", array(resources.listeners()));
        all.set("routes", array(resources.routes()));
        all.set("clusters", array(resources.clusters()));
        all.set("endpoints", array(resources.endpoints()));
        all.set("secrets", withoutMaterial(array(resources.secrets())));
        return YAML.writeValueAsString(all);
    }

    static String of(MessageOrBuilder message) throws IOException {
        return YAML.writeValueAsString(withoutMaterial(JSON.readTree(PRINTER.print(message))));
    }

    private static JsonNode array(List<? extends Part<?>> parts) throws IOException {
        var array = JSON.createArrayNode();
        for (var part : parts) {
            array.add(JSON.readTree(PRINTER.print(part.message())));
        }
        return array;
    }

    /** Test certificates are created in every run. */
    private static JsonNode withoutMaterial(JsonNode node) {
        if (node instanceof ObjectNode object && object.has("inline_string")) {
            var text = object.get("inline_string").asText();
            object.put("inline_string", text.replaceAll("(?s)-----BEGIN ([A-Z ]+)-----.*", "<$1>"));
        }
        node.forEach(EnvoyText::withoutMaterial);
        return node;
    }
}
