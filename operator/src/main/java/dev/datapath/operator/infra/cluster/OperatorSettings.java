package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.deploy.DeploySettings;
import java.time.Duration;
import java.util.Set;

/**
 * The settings of an operator, from chart values and command-line options.
 *
 * @param name name of this operator process: its pod
 * @param namespace namespace of the operator, its Lease and its CA
 * @param watched namespaces whose DataPaths the operator manages; empty for all
 * @param lease name of the Lease that the leader holds
 * @param xdsHost DNS name under which gateways reach the operators' xDS ports
 * @param xdsPort port of the xDS servers
 * @param resync maximum time between two reconciliations of an object of the four kinds, without an event
 * @param certificates certificates of operators and gateways
 * @param deploy settings shared by all gateways
 */
public record OperatorSettings(
        String name,
        String namespace,
        Set<String> watched,
        String lease,
        String xdsHost,
        int xdsPort,
        Duration resync,
        Certificates certificates,
        DeploySettings deploy) {

    public OperatorSettings {
        watched = Set.copyOf(watched);
    }

    /**
     * The CA for the certificates of operators and gateways.
     *
     * @param secret name of the Secret that holds it, in the operator's namespace
     * @param authorityLifetime validity of a CA; its successor becomes current before it expires
     * @param certificateLifetime validity of a certificate; a new one is issued after two thirds of it
     */
    public record Certificates(String secret, Duration authorityLifetime, Duration certificateLifetime) {
        private static final Duration OLDEST_CONNECTION = Duration.ofDays(1);

        /**
         * Maximum age of a connection between a gateway and an operator. Certificates are verified only when a
         * connection is opened, so a connection could outlive them. The maximum age limits this to one day, and to a
         * third of their lifetime.
         */
        public Duration connectionAge() {
            var third = certificateLifetime.dividedBy(3);
            return third.compareTo(OLDEST_CONNECTION) < 0 ? third : OLDEST_CONNECTION;
        }
    }
}
