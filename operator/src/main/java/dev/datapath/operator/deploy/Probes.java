package dev.datapath.operator.deploy;

import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;

/**
 * The kubelet probes of a gateway, on a port that serves nothing else. All defaults are written explicitly, because the probes are
 * inside a list.
 */
final class Probes {

    private Probes() {}

    /**
     * Probes every second, so a gateway is started as soon as it has its first complete configuration. It may wait ten minutes for
     * that: a restart does not restore an unavailable operator, and delays the next attempt.
     */
    static Probe startup() {
        return ready().withPeriodSeconds(1)
                .withTimeoutSeconds(1)
                .withFailureThreshold(600)
                .build();
    }

    /** Fails as soon as the gateway drains. */
    static Probe readiness() {
        return ready().withPeriodSeconds(5)
                .withTimeoutSeconds(2)
                .withFailureThreshold(2)
                .build();
    }

    /** Only checks that the port is open, because a draining gateway is not ready and must not be restarted. */
    static Probe liveness() {
        return new ProbeBuilder()
                .withNewTcpSocket()
                .withPort(GatewayContainer.probePort())
                .endTcpSocket()
                .withPeriodSeconds(10)
                .withTimeoutSeconds(5)
                .withSuccessThreshold(1)
                .withFailureThreshold(3)
                .build();
    }

    private static ProbeBuilder ready() {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath("/ready")
                .withPort(GatewayContainer.probePort())
                .withScheme("HTTP")
                .endHttpGet()
                .withSuccessThreshold(1);
    }
}
