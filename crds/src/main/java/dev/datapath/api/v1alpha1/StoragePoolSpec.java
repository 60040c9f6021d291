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
 * The specification of a StoragePool.
 *
 * @param provider kind of store: the preset for health checks, limits and keep-alive; every preset value can be
 *     overridden
 * @param nodes source of the nodes
 * @param tls TLS with the nodes
 * @param health how unusable nodes are detected
 * @param limits limits on each gateway's requests to a node
 * @param loadBalancing how a node is selected
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
                "Kind of object store: selects the preset for health checks, limits and keep-alive. Every preset value can be overridden.")
        Provider provider,

        @Required @JsonPropertyDescription("Source of the nodes: exactly one of static, dns and service.")
        StorageNodes nodes,

        @Default("{}") @JsonPropertyDescription("TLS with the nodes.")
        Tls tls,

        @Default("{}") @JsonPropertyDescription("How unusable nodes are detected.")
        Health health,

        @Default("{}") @JsonPropertyDescription("Limits on each gateway's requests to a node.")
        Limits limits,

        @Default("{}") @JsonPropertyDescription("How a node is selected for a request.")
        LoadBalancing loadBalancing,

        @Default("false")
        @JsonPropertyDescription(
                "Also publish the pool as a headless Service with EndpointSlices, which any Gateway API route can use. In standalone mode it has no effect, and true is reported as Unsupported.")
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
     * TLS with the nodes.
     *
     * @param mode whether TLS is used, and which sides send a certificate
     * @param serverName name sent as SNI and expected in the certificate; null means the DNS name of {@code nodes.dns},
     *     or the common address of all static nodes if it is a DNS name; otherwise only the chain is verified
     * @param caCertificateRefs CAs that issue the nodes' certificates; empty means those of the system
     * @param clientCertificateRef the gateways' own certificate, with mode Mutual
     */
    @ApiRecord
    @ValidationRule(
            value = "self.mode != 'None' || !(has(self.serverName) || has(self.caCertificateRefs))",
            message = "serverName and caCertificateRefs need TLS: set mode: ServerOnly or Mutual, or remove them",
            fieldPath = ".mode")
    @ValidationRule(
            value = "(self.mode == 'Mutual') == has(self.clientCertificateRef)",
            message = "clientCertificateRef requires mode: Mutual and vice versa: set both, or neither",
            fieldPath = ".clientCertificateRef")
    public record Tls(
            @Default("None")
            @JsonPropertyDescription(
                    "None: plaintext HTTP. ServerOnly: the nodes send a certificate. Mutual: the gateways also send clientCertificateRef.")
            Mode mode,

            @JsonPropertyDescription(
                    "Name sent as SNI and expected in the nodes' certificates. Default: the hostname of nodes.dns, or the common address of all static nodes if it is a DNS name; for other nodes no name is sent and none is verified, which is reported.")
            @Size(min = 1, max = 254)
            @Pattern(Formats.DNS_NAME)
            @Nullable
            String serverName,

            @JsonPropertyDescription(
                    "CA certificates for the verification of the nodes' certificates; those of the system when absent.")
            @Size(min = 1, max = 8)
            List<CaCertificateReference> caCertificateRefs,

            @JsonPropertyDescription("Secret with the gateways' own certificate; with mode: Mutual only.") @Nullable
            SecretReference clientCertificateRef) {

        static final Tls DEFAULT = new Tls(Mode.None, null, List.of(), null);

        public Tls {
            mode = Absent.or(mode, Mode.None);
            caCertificateRefs = Absent.or(caCertificateRefs);
        }

        /** Which sides send a certificate. */
        public enum Mode {
            None,
            ServerOnly,
            Mutual
        }
    }

    /**
     * Limits on each gateway's requests to a node. Null means the provider's preset.
     *
     * @param maxConnectionsPerNode connections of one gateway to one node, 1 to 100,000; null means the preset, or
     *     1,000 without one
     * @param maxPendingRequests requests of one gateway that may wait for a connection, 0 to 1,000,000; further ones
     *     get 503 SlowDown. Requests whose connection is being opened wait too: 128 more, or {@code
     *     maxConnectionsPerNode} when that is lower, are allowed for them
     * @param keepAlive how long an idle connection is kept, 100ms to 1h; must be shorter than the store's keep-alive;
     *     null means the preset, or 4s without one
     * @param connectTimeout maximum time to open a connection, 10ms to 1m
     */
    @ApiRecord
    public record Limits(
            @JsonPropertyDescription(
                    "Connections of one gateway to one node. Default: the provider's preset, otherwise 1000.")
            @Min(1)
            @Max(100000)
            @Nullable
            Integer maxConnectionsPerNode,

            @Default("2000")
            @JsonPropertyDescription(
                    "Requests of one gateway that may wait for a connection; further ones get 503 SlowDown. While connections are being opened, up to 128 more may wait for them.")
            @Min(0)
            @Max(1000000)
            Integer maxPendingRequests,

            @JsonPropertyDescription(
                    "How long an idle connection to a node is kept, from 100ms to 1h; shorter than the store's keep-alive. Default: the provider's preset, otherwise 4s.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('100ms') && duration(self) <= duration('1h')",
                    message = "write a duration from 100ms to 1h, shorter than the store's own keep-alive, such as 4s")
            @Nullable
            String keepAlive,

            @Default("500ms")
            @JsonPropertyDescription("Maximum time to open a connection to a node, from 10ms to 1m.")
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
     * How a node is selected.
     *
     * @param policy the selection policy
     * @param slowStart time in which a recovered node reaches its full share, 0s to 1h
     * @param preferSameZone whether nodes of the gateway's zone are preferred; null means no
     */
    @ApiRecord
    public record LoadBalancing(
            @Default("LeastRequest")
            @JsonPropertyDescription(
                    "LeastRequest: the node with the fewest active requests. RoundRobin and Random: by weight only. ConsistentHash: the same bucket and key go to the same node.")
            Policy policy,

            @Default("0s")
            @JsonPropertyDescription(
                    "Time in which a new or recovered node reaches its full share, from 0s (immediately) to 1h. A value other than 0s has a disadvantage: Envoy then selects by weight and no longer compares all nodes, so a node that hangs receives requests until it is ejected.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) <= duration('1h')",
                    message = "write a duration from 0s to 1h, such as 10s")
            String slowStart,

            @JsonPropertyDescription(
                    "Prefer nodes of the gateway's own zone while enough of them are healthy. Not implemented yet: nodes of all zones are used equally, and true is reported as Unsupported.")
            @Nullable
            Boolean preferSameZone) {

        static final LoadBalancing DEFAULT = new LoadBalancing(Policy.LeastRequest, "0s", null);

        public LoadBalancing {
            policy = Absent.or(policy, Policy.LeastRequest);
            slowStart = Absent.or(slowStart, "0s");
        }

        /** The policy by which a node is selected. */
        public enum Policy {
            LeastRequest,
            RoundRobin,
            Random,
            ConsistentHash
        }
    }
}
