package dev.datapath.operator.envoy;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway gets its configuration from.
 *
 * @param host IP address or host name of the xDS port; a name may stand for several operators
 * @param port the xDS port
 * @param tls how the operator is spoken to, or null for clear text on loopback
 * @param elected whether only one of several operators serves, the one whose gRPC health service says so
 */
public record OperatorEndpoint(
        String host, int port, @Nullable Tls tls, boolean elected) {

    /**
     * Mutual TLS; files are read again when they change.
     *
     * @param serverName DNS name in the operator's certificate
     * @param certificateSds what {@link SdsFiles#certificate} renders
     * @param authoritiesSds what {@link SdsFiles#authorities} renders
     */
    public record Tls(String serverName, Path certificateSds, Path authoritiesSds) {}

    /** An operator on this machine. */
    public static OperatorEndpoint loopback(int port) {
        return new OperatorEndpoint("127.0.0.1", port, null, false);
    }

    /**
     * The operators of a cluster, seen from a pod.
     *
     * @param host DNS name of all of them, which is also the name in their certificates
     * @param port the xDS port
     * @param sdsFiles the directory with {@link SdsFiles#CERTIFICATE} and {@link SdsFiles#AUTHORITIES}
     */
    public static OperatorEndpoint cluster(String host, int port, Path sdsFiles) {
        var tls = new Tls(host, sdsFiles.resolve(SdsFiles.CERTIFICATE), sdsFiles.resolve(SdsFiles.AUTHORITIES));
        return new OperatorEndpoint(host, port, tls, true);
    }
}
