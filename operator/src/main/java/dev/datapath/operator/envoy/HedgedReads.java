package dev.datapath.operator.envoy;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

/**
 * The filter that separates hedging from outlier detection. For every hedged request Envoy counts a timeout of the first node, as a
 * 504 response, and would eject all nodes of a store that is slower than {@code hedge.after}. With this request header it counts a
 * 204 instead. The router removes the header.
 */
final class HedgedReads {

    static final String NAME = "datapath.hedged-reads";

    private static final String TIMEOUT_IS_NO_FAILURE = "x-envoy-upstream-rq-timeout-alt-response";

    private HedgedReads() {}

    /** The filter, disabled by default. Routes with hedging enable it. */
    static HttpFilter filter() {
        var header = HeaderValueOption.newBuilder()
                .setHeader(
                        HeaderValue.newBuilder().setKey(TIMEOUT_IS_NO_FAILURE).setValue("1"))
                .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
        var mutations = Mutations.newBuilder()
                .addRequestMutations(HeaderMutation.newBuilder().setAppend(header));
        return HttpFilter.newBuilder()
                .setName(NAME)
                .setDisabled(true)
                .setTypedConfig(Protos.any(
                        io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation.newBuilder()
                                .setMutations(mutations)
                                .build()))
                .build();
    }

    /** The per-route configuration that enables the filter. */
    static Any enabled() {
        return Protos.any(
                FilterConfig.newBuilder().setConfig(Any.getDefaultInstance()).build());
    }
}
