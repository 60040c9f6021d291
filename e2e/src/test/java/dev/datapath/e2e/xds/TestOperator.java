package dev.datapath.e2e.xds;

import dev.datapath.operator.ca.AuthorityState;
import dev.datapath.operator.ca.Credential;
import dev.datapath.operator.ca.Issuer;
import dev.datapath.operator.ca.Subject;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsEvents;
import dev.datapath.operator.xds.XdsServer;
import dev.datapath.operator.xds.XdsTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** An operator as far as gateways see it: an xDS server with a certificate of the common authority. */
final class TestOperator implements AutoCloseable {
    static final String NAME = "xds.local";

    private final Issuer issuer;
    private final Subject subject;
    private final XdsTls tls;
    private final XdsServer server;
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private Credential own;

    TestOperator(
            SnapshotStore store,
            Issuer issuer,
            AuthorityState authorities,
            String name,
            int port,
            UnaryOperator<XdsServer.Builder> settings) {
        this.issuer = issuer;
        this.subject = Subject.operator(name);
        this.own = issuer.issue(authorities, subject, Instant.now());
        try {
            tls = new XdsTls(chain(), own.key(), authorities.trusted().toArray(X509Certificate[]::new));
            server = settings.apply(XdsServer.builder(store)
                            .address("127.0.0.1", port)
                            .tls(tls)
                            .events(new Log()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    XdsServer server() {
        return server;
    }

    /** Why gateways were turned away. */
    List<String> refused() {
        return refused;
    }

    boolean hasGateway(String dataPath) {
        return !server.sync().of(dataPath).gateways().isEmpty();
    }

    /** Whether a gateway came after that moment and has what was published. */
    boolean synced(String dataPath, Instant since, String version) {
        var sync = server.sync().of(dataPath);
        return sync.synced(version)
                && sync.gateways().stream()
                        .allMatch(gateway -> gateway.connectedSince().isAfter(since));
    }

    /** Trusts the authorities that it reads, and renews its certificate when that is due. */
    void read(AuthorityState authorities) {
        try {
            tls.trust(authorities.trusted().toArray(X509Certificate[]::new));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        if (issuer.whyRenew(own, authorities, subject, Instant.now()) != null) {
            own = issuer.issue(authorities, subject, Instant.now());
            tls.rotate(chain(), own.key());
        }
    }

    private X509Certificate[] chain() {
        return new X509Certificate[] {own.certificate()};
    }

    @Override
    public void close() {
        server.close();
    }

    private final class Log implements XdsEvents {
        @Override
        public void refused(String reason) {
            refused.add(reason);
        }
    }
}
