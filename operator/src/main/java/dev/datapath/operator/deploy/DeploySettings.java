package dev.datapath.operator.deploy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is the same for the gateways of all DataPaths of an operator.
 *
 * @param image of the gateways
 * @param imagePullPolicy Always, IfNotPresent or Never
 * @param imagePullSecrets names of Secrets in each DataPath's namespace that the image is pulled with
 * @param operator where the operator is
 * @param monitoring labels of the namespaces that may read the gateways' metrics; empty for none besides the operator's
 *     pods
 * @param networkPolicy what the gateways' network is closed to
 * @param podMonitors whether the cluster knows PodMonitors, and one is wanted for each DataPath
 * @param podMonitorLabels labels by which Prometheus finds the PodMonitors
 * @param allowed what owners of DataPaths may ask of the scheduler
 * @param drainDelay how long a leaving gateway goes on as before while load balancers learn that it leaves
 * @param fallbackAfter after how long without operator a starting gateway takes the last good configuration
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
        Duration drainDelay,
        Duration fallbackAfter) {

    public DeploySettings {
        imagePullSecrets = List.copyOf(imagePullSecrets);
        monitoring = sorted(monitoring);
        podMonitorLabels = sorted(podMonitorLabels);
    }

    /** Equal settings are written in an equal order. */
    private static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /** The same for a cluster that does not know PodMonitors. */
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
                drainDelay,
                fallbackAfter);
    }

    /**
     * The operator as its gateways see it.
     *
     * @param namespace where it runs
     * @param podLabels labels that its pods have, and no others of that namespace
     * @param xdsPort the port of its pods that gateways are told their configuration on
     */
    public record Operator(String namespace, Map<String, String> podLabels, int xdsPort) {
        public Operator {
            podLabels = sorted(podLabels);
        }
    }

    /** What the gateways' network is closed to. */
    public enum NetworkPolicyMode {
        /** No NetworkPolicy is made. */
        Off,
        /** Only the S3 ports are open to all. */
        Ingress,
        /**
         * Gateways also reach nothing but name servers, the operator and the nodes of their pools. A node that is given by
         * an address inside of the cluster, such as the one of a Service, cannot be told from others by all network
         * plugins: name such stores by {@code nodes.service}.
         */
        IngressAndEgress
    }
}
