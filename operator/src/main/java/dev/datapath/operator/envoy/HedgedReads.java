package dev.datapath.operator.envoy;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

/**
 * The filter that keeps hedging apart from node detection. Envoy counts every second copy as a timeout of the first one's
 * node, as if it had answered 504, and would eject all nodes of a store that is merely slower than {@code hedge.after}. With
 * this request header it counts them as if the node had answered 204. The router removes the header.
 */
final class HedgedReads {

    static final String NAME = "datapath.hedged-reads";

    private static final String TIMEOUT_IS_NO_FAILURE = "x-envoy-upstream-rq-timeout-alt-response";

    private HedgedReads() {}

    /** Disabled: routes that hedge enable it. */
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

    /** What a route says about the filter to enable it. */
    static Any enabled() {
        return Protos.any(
                FilterConfig.newBuilder().setConfig(Any.getDefaultInstance()).build());
    }
}
