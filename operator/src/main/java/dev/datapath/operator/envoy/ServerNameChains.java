package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.TlsTermination;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import java.time.Duration;

/**
 * The filter chains of a TLS listener. Within one chain, Envoy 1.40 compares the client's server name with the names of
 * certificates byte by byte, so a capital letter on either side selects the wrong certificate. The server names of chains are
 * compared in lower case, because the TLS inspector converts the client's name. So each group of names has its own chain with its
 * certificates. The chains only differ in certificates and names.
 */
final class ServerNameChains {
    /** Timeout for the ClientHello of a client, and again for the rest of the handshake. */
    static final Duration HANDSHAKE = Duration.ofSeconds(10);

    private ServerNameChains() {}

    /** Adds the chains to a listener; a single chain without condition when there is no choice of certificates. */
    static void add(Listener.Builder listener, FilterChain chain, TlsTermination tls) {
        if (tls.choices().isEmpty()) {
            listener.addFilterChains(chain.toBuilder()
                    .setTransportSocket(TlsContexts.downstream(tls, tls.certificates()))
                    .setTransportSocketConnectTimeout(Protos.duration(HANDSHAKE)));
            return;
        }
        listener.addListenerFilters(ListenerFilter.newBuilder()
                        .setName("envoy.filters.listener.tls_inspector")
                        .setTypedConfig(Protos.any(TlsInspector.getDefaultInstance())))
                // A connection without a ClientHello matches no chain and is closed.
                .setListenerFiltersTimeout(Protos.duration(HANDSHAKE));
        for (var choice : tls.choices()) {
            var named = chain.toBuilder()
                    .setTransportSocket(TlsContexts.downstream(tls, tls.certificates(choice)))
                    .setTransportSocketConnectTimeout(Protos.duration(HANDSHAKE));
            if (!choice.serverNames().isEmpty()) {
                named.setFilterChainMatch(FilterChainMatch.newBuilder().addAllServerNames(choice.serverNames()));
            }
            listener.addFilterChains(named);
        }
    }
}
