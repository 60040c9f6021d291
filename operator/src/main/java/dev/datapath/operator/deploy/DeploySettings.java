package dev.datapath.operator.deploy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings that apply to the gateways of all DataPaths of an operator.
 *
 * @param image of the gateways
 * @param imagePullPolicy Always, IfNotPresent or Never
 * @param imagePullSecrets names of the image pull Secrets in the namespace of each DataPath
 * @param operator namespace, labels and port of the operator
 * @param monitoring labels of the namespaces that may scrape metrics of gateways; empty if only the operator's pods may
 * @param networkPolicy the NetworkPolicy created for gateways
 * @param podMonitors whether the cluster has the PodMonitor CRD and each DataPath gets a PodMonitor
 * @param podMonitorLabels labels with which Prometheus selects PodMonitors
 * @param allowed the scheduling settings that owners of DataPaths may use
 * @param publishServices whether owners of StoragePools may publish them as a Service. That makes EndpointSlices with any address for users
 *     who may not write EndpointSlices themselves
 * @param drainDelay how long a terminating gateway still accepts requests until load balancers have removed it
 * @param fallbackAfter how long a starting gateway waits for the operator before it uses the last good configuration
 */
public record DeploySettings(
        String image,
        String imagePullPolicy,
        List<String> imagePullSecrets,
        Operator operator,
        Map<String, String> monitoring,
        NetworkPolicyMode networkPolicy,
        boolean podMonitors,
        Map<String, String> podMonitorLabels,
        AllowedPlacement allowed,
        boolean publishServices,
        Duration drainDelay,
        Duration fallbackAfter) {

    public DeploySettings {
        imagePullSecrets = List.copyOf(imagePullSecrets);
        monitoring = sorted(monitoring);
        podMonitorLabels = sorted(podMonitorLabels);
    }

    /** Sorted, because equal settings must give equal objects. */
    private static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /** A copy for a cluster without the PodMonitor CRD. */
    public DeploySettings withoutPodMonitors() {
        return new DeploySettings(
                image,
                imagePullPolicy,
                imagePullSecrets,
                operator,
                monitoring,
                networkPolicy,
                false,
                Map.of(),
                allowed,
                publishServices,
                drainDelay,
                fallbackAfter);
    }

    /**
     * How gateways reach the operator.
     *
     * @param namespace namespace of the operator
     * @param podLabels labels of its pods, and of no other pods of that namespace
     * @param xdsPort the xDS port of its pods
     */
    public record Operator(String namespace, Map<String, String> podLabels, int xdsPort) {
        public Operator {
            podLabels = sorted(podLabels);
        }
    }

    /** The NetworkPolicy created for gateways. */
    public enum NetworkPolicyMode {
        /** No NetworkPolicy is created. */
        Off,
        /** Ingress is restricted: only the S3 ports are open to all clients. */
        Ingress,
        /**
         * Egress is restricted, too: to DNS servers, the operator and the nodes of the pools. Not all network plugins can match a
         * node that is declared by an address inside the cluster, such as a Service address. Declare such stores with
         * {@code nodes.service}.
         */
        IngressAndEgress
    }
}
