package dev.datapath.operator.xds;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the peer of a call: passes the names in the peer's certificate to the service, and limits the open calls
 * of one identity.
 */
final class Peers implements ServerInterceptor {
    private static final Context.Key<List<SubjectAlternativeName>> NAMES =
            Context.keyWithDefault("peer-names", List.of());

    private final int mostCalls;
    private final ConcurrentMap<Object, Integer> calls = new ConcurrentHashMap<>();

    /** @param mostCalls maximum open calls of peers of one identity */
    Peers(int mostCalls) {
        this.mostCalls = mostCalls;
    }

    static List<SubjectAlternativeName> currentNames() {
        return NAMES.get();
    }

    /** The identity of a peer: the names in its certificate. Without TLS all peers have the same identity. */
    static Object identity(ServerCall<?, ?> call) {
        return names(call);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var names = names(call);
        if (calls.merge(names, 1, Integer::sum) > mostCalls) {
            ended(names);
            call.close(
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            "peers with this certificate have " + mostCalls + " open calls, which is the maximum"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        var open = new AtomicBoolean(true);
        Runnable end = () -> {
            if (open.compareAndSet(true, false)) {
                ended(names);
            }
        };
        try {
            var listener = Contexts.interceptCall(Context.current().withValue(NAMES, names), call, headers, next);
            return new SimpleForwardingServerCallListener<>(listener) {
                @Override
                public void onCancel() {
                    end.run();
                    super.onCancel();
                }

                @Override
                public void onComplete() {
                    end.run();
                    super.onComplete();
                }
            };
        } catch (RuntimeException e) {
            end.run();
            throw e;
        }
    }

    private void ended(Object names) {
        calls.computeIfPresent(names, (key, count) -> count == 1 ? null : count - 1);
    }

    private static List<SubjectAlternativeName> names(ServerCall<?, ?> call) {
        return names(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    }

    /** The names in the peer certificate of a session; none without a certificate. */
    static List<SubjectAlternativeName> names(@Nullable SSLSession session) {
        if (session == null) {
            return List.of();
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate leaf
                    ? SubjectAlternativeName.of(leaf)
                    : List.of();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
