package dev.datapath.operator.cli;

import dev.datapath.operator.compile.DurationText;
import dev.datapath.operator.deploy.AllowedPlacement;
import dev.datapath.operator.deploy.DeploySettings;
import dev.datapath.operator.infra.cluster.OperatorSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** Options of {@code datapath operator}; each can be set by an environment variable instead, as the Helm chart does. */
final class OperatorOptions {
    @Option(
            names = "--namespaces",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "${env:DATAPATH_NAMESPACES:-}",
            description = "Namespaces to watch, separated by commas; all when none is given (DATAPATH_NAMESPACES).")
    Set<String> namespaces = new LinkedHashSet<>();

    @Option(
            names = "--name",
            defaultValue = "${env:POD_NAME:-${env:HOSTNAME:-datapath-operator}}",
            paramLabel = "NAME",
            description = "Name of this operator replica, the name of its pod (POD_NAME).")
    String name = "";

    @Option(
            names = "--namespace",
            defaultValue = "${env:POD_NAMESPACE:-datapath-system}",
            paramLabel = "NAME",
            description = "Namespace of the operator, its Lease and its CA Secret (POD_NAMESPACE).")
    String namespace = "";

    @Option(
            names = "--gateway-image",
            defaultValue = "${env:DATAPATH_GATEWAY_IMAGE:-}",
            paramLabel = "IMAGE",
            description =
                    "Image of the gateways; the image of this version when none is given (DATAPATH_GATEWAY_IMAGE).")
    String gatewayImage = "";

    @Option(
            names = "--gateway-image-pull-policy",
            defaultValue = "${env:DATAPATH_GATEWAY_IMAGE_PULL_POLICY:-IfNotPresent}",
            paramLabel = "POLICY",
            description = "imagePullPolicy of the gateway image (DATAPATH_GATEWAY_IMAGE_PULL_POLICY).")
    String gatewayImagePullPolicy = "";

    @Option(
            names = "--gateway-image-pull-secrets",
            split = ",",
            defaultValue = "${env:DATAPATH_GATEWAY_IMAGE_PULL_SECRETS:-}",
            paramLabel = "NAME",
            description =
                    "imagePullSecrets of the gateway image, in the namespaces of DataPaths (DATAPATH_GATEWAY_IMAGE_PULL_SECRETS).")
    List<String> gatewayImagePullSecrets = new ArrayList<>();

    @Option(
            names = "--gateway-drain-delay",
            defaultValue = "${env:DATAPATH_GATEWAY_DRAIN_DELAY:-5s}",
            paramLabel = "DURATION",
            description =
                    "How long a terminating gateway still accepts requests until load balancers have removed it, at most 1h (DATAPATH_GATEWAY_DRAIN_DELAY).")
    String drainDelay = "";

    @Option(
            names = "--gateway-fallback-after",
            defaultValue = "${env:DATAPATH_GATEWAY_FALLBACK_AFTER:-10s}",
            paramLabel = "DURATION",
            description =
                    "How long a starting gateway waits for the operator before it uses the last good configuration, 1s to 1h (DATAPATH_GATEWAY_FALLBACK_AFTER).")
    String fallbackAfter = "";

    @Option(
            names = "--gateway-network-policy",
            defaultValue = "${env:DATAPATH_GATEWAY_NETWORK_POLICY:-IngressAndEgress}",
            paramLabel = "MODE",
            description =
                    "NetworkPolicy created for gateways: ${COMPLETION-CANDIDATES} (DATAPATH_GATEWAY_NETWORK_POLICY).")
    DeploySettings.NetworkPolicyMode networkPolicy = DeploySettings.NetworkPolicyMode.IngressAndEgress;

    @Option(
            names = "--monitoring-namespaces",
            split = ",",
            defaultValue = "${env:DATAPATH_MONITORING_NAMESPACES:-}",
            paramLabel = "LABEL=VALUE",
            description =
                    "Labels of the namespaces that may scrape metrics of gateways (DATAPATH_MONITORING_NAMESPACES).")
    List<String> monitoringNamespaces = new ArrayList<>();

    @Option(
            names = "--pod-monitors",
            defaultValue = "${env:DATAPATH_POD_MONITORS:-false}",
            paramLabel = "true|false",
            arity = "1",
            description =
                    "Whether each DataPath gets a PodMonitor, if the cluster has the PodMonitor CRD (DATAPATH_POD_MONITORS).")
    boolean podMonitors;

    @Option(
            names = "--pod-monitor-labels",
            split = ",",
            defaultValue = "${env:DATAPATH_POD_MONITOR_LABELS:-}",
            paramLabel = "LABEL=VALUE",
            description =
                    "Labels of the PodMonitors, with which Prometheus selects them (DATAPATH_POD_MONITOR_LABELS).")
    List<String> podMonitorLabels = new ArrayList<>();

    @Option(
            names = "--allowed-priority-classes",
            split = ",",
            defaultValue = "${env:DATAPATH_ALLOWED_PRIORITY_CLASSES:-}",
            paramLabel = "NAME",
            description =
                    "PriorityClasses that DataPaths may set for their gateways; * for all, none by default (DATAPATH_ALLOWED_PRIORITY_CLASSES).")
    List<String> allowedPriorityClasses = new ArrayList<>();

    @Option(
            names = "--allowed-tolerations",
            split = ",",
            defaultValue = "${env:DATAPATH_ALLOWED_TOLERATIONS:-}",
            paramLabel = "KEY",
            description =
                    "Keys of taints that the gateways of DataPaths may tolerate; * for all, none by default (DATAPATH_ALLOWED_TOLERATIONS).")
    List<String> allowedTolerations = new ArrayList<>();

    @Option(
            names = "--allow-daemon-set",
            defaultValue = "${env:DATAPATH_ALLOW_DAEMON_SET:-true}",
            paramLabel = "true|false",
            arity = "1",
            description =
                    "Whether DataPaths may run a gateway on each node, as a DaemonSet (DATAPATH_ALLOW_DAEMON_SET).")
    boolean allowDaemonSet = true;

    @Option(
            names = "--allow-publish-service",
            defaultValue = "${env:DATAPATH_ALLOW_PUBLISH_SERVICE:-true}",
            paramLabel = "true|false",
            arity = "1",
            description =
                    "Whether StoragePools may be published as a Service, whose EndpointSlices have any address that the pool names (DATAPATH_ALLOW_PUBLISH_SERVICE).")
    boolean allowPublishService = true;

    @Option(
            names = "--operator-labels",
            split = ",",
            defaultValue = "${env:DATAPATH_OPERATOR_LABELS:-app.kubernetes.io/name=datapath}",
            paramLabel = "LABEL=VALUE",
            description = "Labels of the operator pods, for NetworkPolicies (DATAPATH_OPERATOR_LABELS).")
    List<String> operatorLabels = new ArrayList<>();

    @Option(
            names = "--xds-host",
            defaultValue = "${env:DATAPATH_XDS_HOST:-datapath-xds.datapath-system.svc}",
            paramLabel = "HOST",
            description = "Host name of the operator replicas' xDS ports (DATAPATH_XDS_HOST).")
    String xdsHost = "";

    @Option(
            names = "--xds-port",
            defaultValue = "${env:DATAPATH_XDS_PORT:-18000}",
            paramLabel = "PORT",
            description = "Port of the xDS server (DATAPATH_XDS_PORT).")
    int xdsPort;

    @Option(
            names = "--http-port",
            defaultValue = "${env:DATAPATH_HTTP_PORT:-8080}",
            paramLabel = "PORT",
            description = "Port of /q/health and /q/metrics (DATAPATH_HTTP_PORT).")
    int httpPort;

    @Option(
            names = "--resync",
            defaultValue = "${env:DATAPATH_RESYNC:-5m}",
            paramLabel = "DURATION",
            description = "Longest time between two reconciliations of an object, such as 5m (DATAPATH_RESYNC).")
    String resync = "";

    @Option(
            names = "--lease",
            defaultValue = "${env:DATAPATH_LEASE:-datapath-operator}",
            paramLabel = "NAME",
            description = "Lease for leader election (DATAPATH_LEASE).")
    String lease = "";

    @Option(
            names = "--authority-secret",
            defaultValue = "${env:DATAPATH_AUTHORITY_SECRET:-datapath-authority}",
            paramLabel = "NAME",
            description =
                    "Secret with the CA that issues certificates for gateways and operators (DATAPATH_AUTHORITY_SECRET).")
    String authoritySecret = "";

    @Option(
            names = "--authority-lifetime",
            defaultValue = "${env:DATAPATH_AUTHORITY_LIFETIME:-8760h}",
            paramLabel = "DURATION",
            description = "How long a CA is valid, such as 8760h (DATAPATH_AUTHORITY_LIFETIME).")
    String authorityLifetime = "";

    @Option(
            names = "--certificate-lifetime",
            defaultValue = "${env:DATAPATH_CERTIFICATE_LIFETIME:-720h}",
            paramLabel = "DURATION",
            description = "How long a certificate is valid, such as 720h (DATAPATH_CERTIFICATE_LIFETIME).")
    String certificateLifetime = "";

    /** @throws IllegalArgumentException when a value is invalid; the message names the option */
    OperatorSettings settings() {
        var watched = new LinkedHashSet<>(namespaces);
        watched.removeIf(String::isBlank);
        var deploy = new DeploySettings(
                gatewayImage.isBlank() ? "datapath/gateway:" + Version.current() : gatewayImage,
                gatewayImagePullPolicy,
                List.copyOf(names(gatewayImagePullSecrets)),
                new DeploySettings.Operator(namespace, labels("--operator-labels", operatorLabels), xdsPort),
                labels("--monitoring-namespaces", monitoringNamespaces),
                networkPolicy,
                podMonitors,
                labels("--pod-monitor-labels", podMonitorLabels),
                new AllowedPlacement(names(allowedPriorityClasses), names(allowedTolerations), allowDaemonSet),
                allowPublishService,
                atMostAnHour("--gateway-drain-delay", drainDelay, Duration.ZERO),
                atMostAnHour("--gateway-fallback-after", fallbackAfter, Duration.ofSeconds(1)));
        return new OperatorSettings(
                name,
                namespace,
                watched,
                lease,
                xdsHost,
                xdsPort,
                duration("--resync", resync),
                new OperatorSettings.Certificates(
                        authoritySecret,
                        duration("--authority-lifetime", authorityLifetime),
                        duration("--certificate-lifetime", certificateLifetime)),
                deploy);
    }

    private static Set<String> names(List<String> texts) {
        var names = new LinkedHashSet<>(texts);
        names.removeIf(String::isBlank);
        return names;
    }

    private static Map<String, String> labels(String option, List<String> texts) {
        var labels = new TreeMap<String, String>();
        for (var text : texts) {
            if (text.isBlank()) {
                continue;
            }
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(option + " has " + text + ": write LABEL=VALUE");
            }
            labels.put(text.substring(0, equals), text.substring(equals + 1));
        }
        return labels;
    }

    /** Parses a duration within the bounds of a gateway setting, which is in whole seconds. */
    private static Duration atMostAnHour(String option, String text, Duration least) {
        return DurationText.parse(text)
                .filter(duration -> duration.compareTo(least) >= 0 && duration.compareTo(Duration.ofHours(1)) <= 0)
                .orElseThrow(() -> new IllegalArgumentException(option + " is " + text + ": write a duration from "
                        + least.toSeconds() + "s to 1h, such as 10s"));
    }

    private static Duration duration(String option, String text) {
        return DurationText.parse(text)
                .filter(duration -> !duration.isZero())
                .orElseThrow(() -> new IllegalArgumentException(
                        option + " is " + text + ": write a duration such as 720h or 30m"));
    }
}
