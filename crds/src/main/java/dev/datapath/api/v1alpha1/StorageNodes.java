package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
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
 * The source of a pool's nodes: exactly one of the three is given.
 *
 * @param staticNodes nodes by address ({@code static} in YAML); empty when one of the others is given
 * @param dns nodes are the addresses of a DNS name
 * @param service nodes are the endpoints of a Service
 */
@ApiRecord
@ValidationRule(
        value = "(has(self.static) ? 1 : 0) + (has(self.dns) ? 1 : 0) + (has(self.service) ? 1 : 0) == 1",
        message = "nodes come from one source: write exactly one of static, dns and service")
public record StorageNodes(
        @JsonProperty("static") @JsonPropertyDescription("Nodes by address.") @Size(min = 1, max = 256)
        List<StaticNode> staticNodes,

        @JsonPropertyDescription("Nodes are the addresses that a DNS name resolves to.") @Nullable
        DnsNodes dns,

        @JsonPropertyDescription("Nodes are the endpoints of a Service in the same namespace.") @Nullable
        ServiceNodes service) {

    public StorageNodes {
        staticNodes = Absent.or(staticNodes);
    }

    /**
     * One node by address.
     *
     * @param name unique within the pool; identifies the node in status, metrics and messages
     * @param address IP address or DNS name
     * @param port S3 port
     * @param zone failure domain, null when unknown
     * @param weight share of the requests relative to other nodes, 1 to 1000
     * @param state whether the node gets requests
     */
    @ApiRecord
    public record StaticNode(
            @Required
            @JsonPropertyDescription("Name of the node, unique within the pool; used in status and metrics.")
            @Size(min = 1, max = 63)
            @Pattern(Formats.DNS_LABEL)
            String name,

            @Required
            @JsonPropertyDescription(
                    "IPv4 address, IPv6 address (without brackets) or DNS name of the node. In a cluster, loopback and link-local addresses are not accepted, and a name without a trailing dot is completed as in a pod of this namespace.")
            @Size(min = 1, max = 254)
            @Pattern(Formats.ADDRESS)
            String address,

            @Required @JsonPropertyDescription("TCP port on which the node serves S3.") @Min(1) @Max(65535)
            Integer port,

            @JsonPropertyDescription(
                    "Failure domain of the node, such as a rack, in the terms of the gateways' zones; see loadBalancing.preferSameZone.")
            @Size(min = 1, max = 63)
            @Pattern(Formats.LABEL_VALUE)
            @Nullable
            String zone,

            @Default("100")
            @JsonPropertyDescription(
                    "Share of the requests relative to the other nodes of the pool. LeastRequest treats weights that differ by less than a factor of two as equal: with unequal weights Envoy no longer compares all nodes, and a slower node receives fewer requests in any case.")
            @Min(1)
            @Max(1000)
            Integer weight,

            @Default("Active")
            @JsonPropertyDescription(
                    "Active: receives requests. Drain: receives no new requests, active ones complete. Disabled: not used and not checked.")
            NodeState state) {

        public StaticNode {
            weight = Absent.or(weight, 100);
            state = Absent.or(state, NodeState.Active);
        }
    }

    /** Whether a node should receive requests. */
    public enum NodeState {
        Active,
        Drain,
        Disabled
    }

    /**
     * Nodes from DNS.
     *
     * @param hostname name whose A and AAAA records are the nodes
     * @param port S3 port of every node
     * @param refresh how often the name is resolved, 1s to 1h
     */
    @ApiRecord
    public record DnsNodes(
            @Required
            @JsonPropertyDescription(
                    "DNS name; each of its A and AAAA records is a node. In a cluster, a name without a trailing dot is completed as in a pod of this namespace.")
            @Size(min = 1, max = 254)
            @Pattern(Formats.DNS_NAME)
            String hostname,

            @Required @JsonPropertyDescription("TCP port on which every node serves S3.") @Min(1) @Max(65535)
            Integer port,

            @Default("30s")
            @JsonPropertyDescription("How often the name is resolved, from 1s to 1h.")
            @Size(max = 32)
            @Pattern(Formats.DURATION)
            @ValidationRule(
                    value = "duration(self) >= duration('1s') && duration(self) <= duration('1h')",
                    message = "write a duration from 1s to 1h, such as 30s")
            String refresh) {

        public DnsNodes {
            refresh = Absent.or(refresh, "30s");
        }
    }

    /**
     * Nodes from the EndpointSlices of a Service.
     *
     * @param name the Service's name
     * @param port name of the Service's port, or its number as a string
     */
    @ApiRecord
    public record ServiceNodes(
            @Required
            @JsonPropertyDescription("Name of a Service in the same namespace; its EndpointSlices are the nodes.")
            @Size(min = 1, max = 63)
            @Pattern(Formats.DNS_LABEL)
            String name,

            @Required
            @JsonPropertyDescription("Name of the Service's port, such as http, or its number in quotes.")
            @Size(min = 1, max = 15)
            @Pattern("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
            String port) {}
}
