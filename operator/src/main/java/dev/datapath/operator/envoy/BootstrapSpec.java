package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.ObjectKey;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What an Envoy process must know before the operator tells it the rest.
 *
 * @param gateway the gateway's name, {@code node.id}
 * @param cluster {@code node.cluster}: the key its configuration is served under
 * @param dataPath the DataPath it belongs to
 * @param zone where it runs, or empty
 * @param operatorHost IP address or host name of the operator's xDS port
 * @param operatorPort the operator's xDS port
 * @param operatorTls how the operator is spoken to, or null for clear text on loopback
 * @param adminSocket path of the admin interface's unix socket; at most 107 bytes
 * @param metricsAddress IP address on which readiness and Prometheus metrics are offered
 * @param metricsPort the port of that
 * @param maxConnections client connections before further ones are refused
 */
public record BootstrapSpec(
        String gateway,
        String cluster,
        ObjectKey dataPath,
        String zone,
        String operatorHost,
        int operatorPort,
        @Nullable OperatorTls operatorTls,
        Path adminSocket,
        String metricsAddress,
        int metricsPort,
        int maxConnections) {

    /**
     * Mutual TLS towards the operator; files are read again when they change.
     *
     * @param serverName name in the operator's certificate
     * @param certificateSds a file with the gateway's certificate and key as an xDS Secret named {@code operator-client}
     * @param authoritiesSds a file with the operator's authorities as an xDS Secret named {@code operator-authorities}
     */
    public record OperatorTls(String serverName, Path certificateSds, Path authoritiesSds) {}
}
