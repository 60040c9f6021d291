package dev.datapath.operator.xds;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Hands the names in the peer's certificate to the service. */
final class PeerNames implements ServerInterceptor {
    private static final Context.Key<List<SubjectAlternativeName>> NAMES =
            Context.keyWithDefault("peer-names", List.of());

    static List<SubjectAlternativeName> current() {
        return NAMES.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        var names = session == null ? List.<SubjectAlternativeName>of() : names(session);
        return Contexts.interceptCall(Context.current().withValue(NAMES, names), call, headers, next);
    }

    private static List<SubjectAlternativeName> names(SSLSession session) {
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate leaf
                    ? SubjectAlternativeName.of(leaf)
                    : List.of();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
