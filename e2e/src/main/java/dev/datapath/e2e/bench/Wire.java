package dev.datapath.e2e.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A connection to a proxy, in clear text or in TLS 1.3. */
interface Wire extends Closeable {
    /** Puts at least one byte into {@code into} or returns -1 at the end of the stream. */
    int read(ByteBuffer into) throws IOException;

    /** Sends all of both buffers. */
    void write(ByteBuffer head, ByteBuffer body) throws IOException;

    /** A buffer that suits the connection. */
    ByteBuffer buffer(int size);

    static Wire clear(int port) throws IOException {
        var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new Wire() {
            @Override
            public int read(ByteBuffer into) throws IOException {
                return channel.read(into);
            }

            @Override
            public void write(ByteBuffer head, ByteBuffer body) throws IOException {
                var both = new ByteBuffer[] {head, body};
                while (head.hasRemaining() || body.hasRemaining()) {
                    channel.write(both);
                }
            }

            @Override
            public ByteBuffer buffer(int size) {
                return ByteBuffer.allocateDirect(size);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** One cipher suite for every proxy, so that they do the same work. */
    static Wire tls(int port, String serverName, SSLContext trust) throws IOException {
        var socket = (SSLSocket) trust.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        var parameters = new SSLParameters(new String[] {"TLS_AES_128_GCM_SHA256"}, new String[] {"TLSv1.3"});
        parameters.setServerNames(java.util.List.of(new javax.net.ssl.SNIHostName(serverName)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        var in = socket.getInputStream();
        var out = socket.getOutputStream();
        return new Wire() {
            @Override
            public int read(ByteBuffer into) throws IOException {
                int n = in.read(into.array(), into.position(), into.remaining());
                if (n > 0) {
                    into.position(into.position() + n);
                }
                return n;
            }

            @Override
            public void write(ByteBuffer head, ByteBuffer body) throws IOException {
                write(head);
                write(body);
            }

            private void write(ByteBuffer bytes) throws IOException {
                if (bytes.hasRemaining()) {
                    out.write(bytes.array(), bytes.position(), bytes.remaining());
                    bytes.position(bytes.limit());
                }
            }

            @Override
            public ByteBuffer buffer(int size) {
                return ByteBuffer.allocate(size);
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    /** Trusts one authority. */
    static SSLContext trust(String authorityPem) {
        try {
            var store = java.security.KeyStore.getInstance(java.security.KeyStore.getDefaultType());
            store.load(null, null);
            var certificate = java.security.cert.CertificateFactory.getInstance("X.509")
                    .generateCertificate(new java.io.ByteArrayInputStream(
                            authorityPem.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            store.setCertificateEntry("authority", certificate);
            var managers = javax.net.ssl.TrustManagerFactory.getInstance(
                    javax.net.ssl.TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the authority's certificate cannot be used", e);
        }
    }
}
