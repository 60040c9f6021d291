package dev.datapath.e2e.rig;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import software.amazon.awssdk.http.TlsTrustManagersProvider;

/** What a listener with TLS shows its clients. */
public final class ServedCertificate {
    private static final int TIMEOUT_MILLIS = 10_000;

    private ServedCertificate() {}

    /** The certificate of a new connection, as PEM. */
    public static String at(String address, int port) throws IOException {
        try (var plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anybody()}, null);
            try (var tls = (SSLSocket) context.getSocketFactory().createSocket(plain, address, port, true)) {
                tls.startHandshake();
                var der = tls.getSession().getPeerCertificates()[0].getEncoded();
                return "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                        + "\n-----END CERTIFICATE-----\n";
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** The same; empty when no handshake succeeds. */
    public static Optional<String> find(String address, int port) {
        try {
            return Optional.of(at(address, port));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** For clients that believe an authority and no other. */
    public static TlsTrustManagersProvider trusting(TestPki pki) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "authority",
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(pki.authority().getBytes(StandardCharsets.US_ASCII))));
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory::getTrustManagers;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every JDK has X.509", e);
        }
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
