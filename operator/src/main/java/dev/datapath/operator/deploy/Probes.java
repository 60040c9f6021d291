package dev.datapath.operator.deploy;

import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;

/**
 * How the kubelet asks a gateway how it is, on a port that serves nothing else. Every default is written out, for the probes
 * stand inside of a list.
 */
final class Probes {

    private Probes() {}

    /**
     * Asked every second, so that a gateway counts as soon as it has its first complete configuration. It may wait for that for
     * ten minutes: to restart it brings no operator back, and makes the next attempt later.
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

    /** Whether the port is open at all, for a gateway that drains is not ready and has to be left alone. */
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
