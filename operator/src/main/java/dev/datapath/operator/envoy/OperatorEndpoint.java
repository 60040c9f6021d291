package dev.datapath.operator.envoy;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway gets its configuration from.
 *
 * @param location where operators accept connections
 * @param tls how the operator is spoken to, or null for clear text on a socket that only this user may open
 * @param elected whether only one of several operators serves, the one whose gRPC health service says so
 */
public record OperatorEndpoint(Location location, @Nullable Tls tls, boolean elected) {

    /** Where operators accept connections. */
    public sealed interface Location {
        /**
         * A Unix domain socket.
         *
         * @param path at most 107 bytes
         */
        record Socket(Path path) implements Location {}

        /** A TCP port of all hosts of that name. */
        record Host(String name, int port) implements Location {}
    }

    /**
     * Mutual TLS; files are read again when they change.
     *
     * @param serverName DNS name in the operator's certificate
     * @param certificateSds what {@link SdsFiles#certificate} renders
     * @param authoritiesSds what {@link SdsFiles#authorities} renders
     */
    public record Tls(String serverName, Path certificateSds, Path authoritiesSds) {}

    /** An operator on this machine. */
    public static OperatorEndpoint socket(Path path) {
        return new OperatorEndpoint(new Location.Socket(path), null, false);
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
        return new OperatorEndpoint(new Location.Host(host, port), tls, true);
    }
}
