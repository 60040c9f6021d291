package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.deploy.DeploySettings;
import java.time.Duration;
import java.util.Set;

/**
 * How an operator runs; chart values and command line options end here.
 *
 * @param name of this operator process: its pod
 * @param namespace where the operator runs, with its Lease and its authority
 * @param watched namespaces whose DataPaths it looks after; empty for all
 * @param lease name of the Lease that the leader holds
 * @param xdsHost DNS name under which gateways reach the operators' xDS ports
 * @param xdsPort the port of that
 * @param resync how long an object of the four kinds is left alone at most: then it is looked at without any event
 * @param certificates of operators and gateways
 * @param deploy what is the same for all gateways
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
     * The authority that certifies operators and gateways to each other.
     *
     * @param secret name of the Secret that holds it, in the operator's namespace
     * @param authorityLifetime how long an authority is valid; its successor takes over in time
     * @param certificateLifetime how long a certificate is valid; a new one is issued after two thirds of that
     */
    public record Certificates(String secret, Duration authorityLifetime, Duration certificateLifetime) {
        private static final Duration OLDEST_CONNECTION = Duration.ofDays(1);

        /**
         * How long a connection between a gateway and an operator is used. Certificates are looked at when it is opened, so
         * that it could outlive them: this keeps what it may outlive them by to a day, and to a third of their life.
         */
        public Duration connectionAge() {
            var third = certificateLifetime.dividedBy(3);
            return third.compareTo(OLDEST_CONNECTION) < 0 ? third : OLDEST_CONNECTION;
        }
    }
}
