package dev.datapath.operator.xds;

import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettySslContextServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.CertificateUtils;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

/**
 * The server's certificate and the CAs that it trusts for gateways, both replaceable at run time. A change applies to
 * the next handshake; open streams are kept. To replace a CA, trust the old and the new one together until every
 * gateway has a new certificate.
 */
public final class XdsTls {
    /** A resumed session uses the previous certificate without verification; 0 would mean one day. */
    private static final int SESSION_SECONDS = 1;

    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager trust;

    /** @throws GeneralSecurityException when the CA certificates cannot be used for a trust manager */
    public XdsTls(X509Certificate[] chain, PrivateKey key, X509Certificate[] authorities)
            throws GeneralSecurityException {
        // A gateway has no host name to verify: its identity is in its certificate and is checked per stream.
        trust = AdvancedTlsX509TrustManager.newBuilder()
                .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
                .build();
        try {
            rotate(chain, key);
            trust(authorities);
        } catch (IOException e) {
            throw new CertificateException(e);
        }
    }

    /**
     * Reads PEM files.
     *
     * @throws IOException when a file cannot be read
     * @throws GeneralSecurityException when a file has other content
     */
    public static XdsTls of(Path chain, Path key, Path authorities) throws IOException, GeneralSecurityException {
        return new XdsTls(certificates(chain), privateKey(key), certificates(authorities));
    }

    /** Replaces certificate and key from the next handshake on. */
    public void rotate(X509Certificate[] chain, PrivateKey key) {
        keys.updateIdentityCredentials(chain, key);
    }

    /** Reads PEM files and replaces certificate and key from the next handshake on; on failure nothing changes. */
    public void rotate(Path chain, Path key) throws IOException, GeneralSecurityException {
        rotate(certificates(chain), privateKey(key));
    }

    /** Replaces the trusted CAs from the next handshake on. */
    public void trust(X509Certificate[] authorities) throws IOException, GeneralSecurityException {
        trust.updateTrustCredentials(authorities);
    }

    /** Reads a PEM file and replaces the trusted CAs from the next handshake on; on failure nothing changes. */
    public void trust(Path authorities) throws IOException, GeneralSecurityException {
        trust(certificates(authorities));
    }

    /**
     * TLS 1.3 only. A session can be resumed for at most one second, even with a certificate that has been replaced
     * since.
     */
    ServerCredentials credentials() {
        try {
            var context = GrpcSslContexts.configure(SslContextBuilder.forServer(keys), SslProvider.JDK)
                    .trustManager(trust)
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols("TLSv1.3")
                    .sessionTimeout(SESSION_SECONDS)
                    .build();
            return NettySslContextServerCredentials.create(context);
        } catch (SSLException e) {
            throw new IllegalStateException("every JDK has TLS 1.3", e);
        }
    }

    private static X509Certificate[] certificates(Path file) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateUtils.getX509Certificates(in);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateUtils.getPrivateKey(in);
        }
    }
}
