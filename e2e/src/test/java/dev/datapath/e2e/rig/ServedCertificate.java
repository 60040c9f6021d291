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
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.TlsTrustManagersProvider;

/** What a listener with TLS shows its clients. */
public final class ServedCertificate {
    private static final int TIMEOUT_MILLIS = 10_000;

    private ServedCertificate() {}

    /** The certificate of a new connection that asks for no name, as PEM. */
    public static String at(String address, int port) throws IOException {
        return at(address, port, null, List.of());
    }

    /**
     * The certificate that a client is shown.
     *
     * @param serverName sent as it is (SNI), or null
     * @param signatures algorithms of signatures that the client takes, as TLS 1.3 names them; empty for all that Java takes
     */
    public static String at(String address, int port, @Nullable String serverName, List<String> signatures)
            throws IOException {
        try (var tls = connect(address, port, serverName, signatures)) {
            var der = tls.getSession().getPeerCertificates()[0].getEncoded();
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                    + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** A connection after its handshake, whatever certificate was shown; the parameters are those of {@link #at}. */
    public static SSLSocket connect(String address, int port, @Nullable String serverName, List<String> signatures)
            throws IOException {
        var plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anybody()}, null);
            var tls = (SSLSocket) context.getSocketFactory().createSocket(plain, address, port, true);
            var parameters = tls.getSSLParameters();
            parameters.setServerNames(
                    serverName == null
                            ? List.of()
                            : List.of(new SNIHostName(serverName.getBytes(StandardCharsets.US_ASCII))));
            if (!signatures.isEmpty()) {
                parameters.setSignatureSchemes(signatures.toArray(String[]::new));
            }
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return tls;
        } catch (GeneralSecurityException e) {
            plain.close();
            throw new IOException(e);
        } catch (IOException e) {
            plain.close();
            throw e;
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

    /** Extended, because Java itself would check the chain of another one against the client's algorithms. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

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
