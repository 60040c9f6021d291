package dev.datapath.operator.envoy;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The xDS endpoint from which a gateway fetches its configuration.
 *
 * @param location the address of the operators
 * @param tls TLS settings; null for clear text on a socket that only this user may open
 * @param elected whether there are several replicas of which only the leader serves, as reported by its gRPC health service
 */
public record OperatorEndpoint(Location location, @Nullable Tls tls, boolean elected) {

    /** The address of the operators. */
    public sealed interface Location {
        /**
         * A Unix domain socket.
         *
         * @param path at most 107 bytes
         */
        record Socket(Path path) implements Location {}

        /** A TCP port of all hosts with this name. */
        record Host(String name, int port) implements Location {}
    }

    /**
     * Mutual TLS; changed files are reloaded.
     *
     * @param serverName DNS name in the operator's certificate
     * @param certificateSds file with the output of {@link SdsFiles#certificate}
     * @param authoritiesSds file with the output of {@link SdsFiles#authorities}
     */
    public record Tls(String serverName, Path certificateSds, Path authoritiesSds) {}

    /** An operator on this machine. */
    public static OperatorEndpoint socket(Path path) {
        return new OperatorEndpoint(new Location.Socket(path), null, false);
    }

    /**
     * The operators of a cluster, for gateways in pods.
     *
     * @param host DNS name of all replicas, which is also the name in their certificates
     * @param port the xDS port
     * @param sdsFiles the directory with {@link SdsFiles#CERTIFICATE} and {@link SdsFiles#AUTHORITIES}
     */
    public static OperatorEndpoint cluster(String host, int port, Path sdsFiles) {
        var tls = new Tls(host, sdsFiles.resolve(SdsFiles.CERTIFICATE), sdsFiles.resolve(SdsFiles.AUTHORITIES));
        return new OperatorEndpoint(new Location.Host(host, port), tls, true);
    }
}
