package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.TlsTermination;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import java.time.Duration;

/**
 * The filter chains of a listener with TLS. Within one chain Envoy 1.40 compares the server name that a client sends with the names
 * of certificates byte for byte, so a capital on either side gets the wrong certificate. The names that choose a chain are compared
 * in lower case: the TLS inspector keeps the client's name so. Each group of names therefore has a chain of its own, which holds
 * the certificates for it. The chains are equal but for certificates and names.
 */
final class ServerNameChains {
    /** How long a client may take for its ClientHello, and then for the rest of the handshake. */
    static final Duration HANDSHAKE = Duration.ofSeconds(10);

    private ServerNameChains() {}

    /** Adds the chains to a listener; one chain, chosen by nothing, when there is no choice of certificates. */
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
                // A connection without a ClientHello reaches no chain; it is closed then.
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
