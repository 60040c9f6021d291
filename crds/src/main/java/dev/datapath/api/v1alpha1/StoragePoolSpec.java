package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a StoragePool should be.
 *
 * @param provider what the store is: the preset for health checks, limits and keep-alive; every preset value can be
 *     overridden
 * @param nodes where the nodes come from
 * @param tls TLS towards the nodes
 * @param health how it is seen that a node should not be used
 * @param limits bounds of what gateways send to a node
 * @param loadBalancing how a node is chosen
 * @param publishService whether the pool is also published as a headless Service for Gateway API routes
 */
@ApiRecord
@ValidationRule(
        value = "self.tls.mode != 'None' || !has(self.health.active.scheme) || self.health.active.scheme != 'HTTPS'",
        message = "a health check with scheme: HTTPS needs TLS: set tls.mode, or remove scheme",
        fieldPath = ".health.active.scheme")
public record StoragePoolSpec(
        @Default("Generic")
        @JsonPropertyDescription(
                "Kind of object store: chooses the preset for health checks, limits and keep-alive. Every preset value can be overridden.")
        Provider provider,

        @Required @JsonPropertyDescription("Where the nodes come from: exactly one of static, dns and service.")
        StorageNodes nodes,

        @Default("{}") @JsonPropertyDescription("TLS towards the nodes.")
        Tls tls,

        @Default("{}") @JsonPropertyDescription("How it is seen that a node should not be used.")
        Health health,

        @Default("{}") @JsonPropertyDescription("Bounds of what each gateway sends to a node.")
        Limits limits,

        @Default("{}") @JsonPropertyDescription("How a node is chosen for a request.")
        LoadBalancing loadBalancing,

        @Default("false")
        @JsonPropertyDescription(
                "Also publish the pool as a headless Service with EndpointSlices, so that any Gateway API route can use it. In standalone mode it has no effect, and true is reported as Unsupported.")
        Boolean publishService) {

    public StoragePoolSpec {
        provider = Absent.or(provider, Provider.Generic);
        tls = Absent.or(tls, Tls.DEFAULT);
        health = Absent.or(health, Health.DEFAULT);
        limits = Absent.or(limits, Limits.DEFAULT);
        loadBalancing = Absent.or(loadBalancing, LoadBalancing.DEFAULT);
        publishService = Absent.or(publishService, false);
    }

    /** Object stores with a preset. */
    public enum Provider {
        Generic,
        ObjectScale,
        ECS,
        CephRGW,
        MinIO,
        StorageGRID,
        Scality,
        SeaweedFS,
        VersityGW,
        S3Proxy
    }

    /**
     * TLS towards the nodes.
     *
     * @param mode whether TLS is used and who shows a certificate
     * @param serverName name sent as SNI and expected in the certificate; null means the DNS name of {@code nodes.dns}, or
     *     the one that all static nodes have as their address, and without one only the chain is verified
     * @param caCertificateRefs authorities that sign the nodes' certificates; empty means the system's
     * @param clientCertificateRef the gateways' own certificate, with mode Mutual
     */
    @ApiRecord
    @ValidationRule(
            value = "self.mode != 'None' || !(has(self.serverName) || has(self.caCertificateRefs))",
            message = "serverName and caCertificateRefs need TLS: set mode: ServerOnly or Mutual, or remove them",
            fieldPath = ".mode")
    @ValidationRule(
            value = "(self.mode == 'Mutual') == has(self.clientCertificateRef)",
            message = "clientCertificateRef goes with mode: Mutual: set both, or neither",
            fieldPath = ".clientCertificateRef")
    public record Tls(
            @Default("None")
            @JsonPropertyDescription(
                    "None: clear HTTP. ServerOnly: the nodes show a certificate. Mutual: the gateways show clientCertificateRef, too.")
            Mode mode,

            @JsonPropertyDescription(
                    "Name sent as SNI and expected in the nodes' certificates. When absent: the hostname of nodes.dns, or the DNS name that all static nodes have as their address; with any other nodes no name is sent and none checked, which is reported.")
            @Size(min = 1, max = 254)
            @Pattern(Formats.DNS_NAME)
            @Nullable
            String serverName,

            @JsonPropertyDescription(
                    "CA certificates that the nodes' certificates are verified with; the system's when absent.")
            @Size(min = 1, max = 8)
            List<CaCertificateReference> caCertificateRefs,

            @JsonPropertyDescription("Secret with the gateways' own certificate; with mode: Mutual only.") @Nullable
            SecretReference clientCertificateRef) {

        static final Tls DEFAULT = new Tls(Mode.None, null, List.of(), null);

        public Tls {
            mode = Absent.or(mode, Mode.None);
            caCertificateRefs = Absent.or(caCertificateRefs);
        }

        /** Who shows a certificate. */
        public enum Mode {
            None,
            ServerOnly,
            Mutual
        }
    }

    /**
     * Bounds of what each gateway sends to a node. Null means the provider's preset.
     *
     * @param maxConnectionsPerNode connections of one gateway to one node, 1 to 100,000; null means the preset, 1,000
     *     where it has none
     * @param maxPendingRequests requests of one gateway that may wait for a connection, 0 to 1,000,000; more are answered
     *     503 SlowDown. Those whose connection is being opened wait too: 128 more, or {@code maxConnectionsPerNode} when that is
     *     lower, are let in for them
     * @param keepAlive how long an idle connection is kept, 100ms to 1h; must be shorter than the store keeps it; null
     *     means the preset, 4s where it has none
     * @param connectTimeout how long a connection may take to open, 10ms to 1m
     */
    @ApiRecord
    public record Limits(
            @JsonPropertyDescription(
                    "Connections of one gateway to one node. When absent the provider's preset, 1000 where it has none.")
            @Min(1)
            @Max(100000)
            @Nullable
            Integer maxConnectionsPerNode,

            @Default("2000")
            @JsonPropertyDescription(
                    "Requests of one gateway that may wait for a connection; more are answered 503 SlowDown. Where connections are being opened, up to 128 more may wait for these.")
            @Min(0)
            @Max(1000000)
            Integer maxPendingRequests,

            @JsonPropertyDescription(
                    "How long an idle connection to a node is kept, from 100ms to 1h; shorter than the store keeps it. When absent the provider's preset, 4s where it has none.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('100ms') && duration(self) <= duration('1h')",
                    message = "write a duration from 100ms to 1h, shorter than the store's own keep-alive, such as 4s")
            @Nullable
            String keepAlive,

            @Default("500ms")
            @JsonPropertyDescription("How long a connection to a node may take to open, from 10ms to 1m.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('10ms') && duration(self) <= duration('1m')",
                    message = "write a duration from 10ms to 1m, such as 500ms")
            String connectTimeout) {

        static final Limits DEFAULT = new Limits(null, 2000, null, "500ms");

        public Limits {
            maxPendingRequests = Absent.or(maxPendingRequests, 2000);
            connectTimeout = Absent.or(connectTimeout, "500ms");
        }
    }

    /**
     * How a node is chosen.
     *
     * @param policy the rule of choice
     * @param slowStart how long a node that comes back takes to get its full share, 0s to 1h
     * @param preferSameZone whether nodes of the gateway's zone come first; null means no
     */
    @ApiRecord
    public record LoadBalancing(
            @Default("LeastRequest")
            @JsonPropertyDescription(
                    "LeastRequest: the node with the fewest requests under way. RoundRobin and Random: by weight only. ConsistentHash: the same bucket and key go to the same node.")
            Policy policy,

            @Default("0s")
            @JsonPropertyDescription(
                    "How long a node that joins or comes back takes to get its full share, from 0s (at once) to 1h. Anything but 0s has a price: Envoy then chooses by weight and no longer compares all nodes, so that a node that hangs keeps getting requests until it is taken out.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) <= duration('1h')",
                    message = "write a duration from 0s to 1h, such as 10s")
            String slowStart,

            @JsonPropertyDescription(
                    "Prefer nodes of the gateway's own zone while enough of them are healthy. Not acted on yet: nodes of all zones are used alike, and true is reported as Unsupported.")
            @Nullable
            Boolean preferSameZone) {

        static final LoadBalancing DEFAULT = new LoadBalancing(Policy.LeastRequest, "0s", null);

        public LoadBalancing {
            policy = Absent.or(policy, Policy.LeastRequest);
            slowStart = Absent.or(slowStart, "0s");
        }

        /** The rule by which a node is chosen. */
        public enum Policy {
            LeastRequest,
            RoundRobin,
            Random,
            ConsistentHash
        }
    }
}
