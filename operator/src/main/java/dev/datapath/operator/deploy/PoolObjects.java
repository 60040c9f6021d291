package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.api.v1alpha1.StoragePoolSpec;
import dev.datapath.operator.deploy.PublishedNode.State;
import dev.datapath.operator.net.IpAddress;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Builds a headless Service without selector for a pool, and its EndpointSlices. Every route of the Gateway API and every client in
 * the cluster can use it. A pool that is not published has no objects.
 */
public final class PoolObjects {
    private static final String PORT = "s3";
    /** Maximum number of endpoints in one slice, a limit of the API server. */
    private static final int MAX_ENDPOINTS = 1000;

    private PoolObjects() {}

    /** The name of the Service for a pool with this name. */
    public static String serviceName(String pool) {
        return ObjectNames.label(pool, "-pool");
    }

    /** Whether an object with this name may belong to a pool with that name. */
    public static boolean isNameOf(String pool, String name) {
        return name.equals(serviceName(pool)) || name.startsWith(serviceName(pool) + "-");
    }

    /**
     * The Service and its slices; none when the pool is not published.
     *
     * @param pool as the API server has it, with its uid
     * @param nodes in any order
     */
    public static List<HasMetadata> of(StoragePool pool, Collection<PublishedNode> nodes) {
        if (pool.getSpec() == null || !pool.getSpec().publishService()) {
            return List.of();
        }
        var ports = new TreeSet<Integer>();
        var slices = new TreeMap<String, List<PublishedNode>>();
        nodes.stream()
                .flatMap(node -> admitted(node).stream())
                .sorted(Comparator.comparing(PublishedNode::address))
                .forEach(node -> {
                    ports.add(node.port());
                    // A slice has one address family, and one port for all endpoints.
                    var slice = (node.address().contains(":") ? "ipv6-" : "ipv4-") + node.port();
                    slices.computeIfAbsent(slice, key -> new ArrayList<>()).add(node);
                });
        var objects = new ArrayList<HasMetadata>();
        objects.add(service(pool, ports.isEmpty() ? declaredPort(pool.getSpec()) : ports.first()));
        slices.forEach((name, members) -> {
            for (int from = 0; from < members.size(); from += MAX_ENDPOINTS) {
                var part = members.subList(from, Math.min(from + MAX_ENDPOINTS, members.size()));
                objects.add(slice(pool, from == 0 ? name : name + "-" + from / MAX_ENDPOINTS, part));
            }
        });
        return objects;
    }

    /** The API server only admits unicast addresses in the form of RFC 5952. */
    private static Optional<PublishedNode> admitted(PublishedNode node) {
        return IpAddress.parse(node.address())
                .filter(address -> address.scope() == IpAddress.Scope.UNICAST)
                .map(address -> new PublishedNode(address.toString(), node.port(), node.zone(), node.state()));
    }

    /** The endpoints, as {@code address:port}, that are neither ready nor terminating in the slices. */
    public static Set<String> down(Collection<EndpointSlice> slices) {
        var down = new TreeSet<String>();
        for (var slice : slices) {
            for (var endpoint : slice.getEndpoints()) {
                var conditions = endpoint.getConditions();
                if (conditions != null
                        && Boolean.FALSE.equals(conditions.getReady())
                        && !Boolean.TRUE.equals(conditions.getTerminating())) {
                    slice.getPorts()
                            .forEach(port -> IpAddress.parse(
                                            endpoint.getAddresses().getFirst())
                                    .ifPresent(address -> down.add(address.withPort(port.getPort()))));
                }
            }
        }
        return down;
    }

    /** The port of the Service while no node is known, because a Service needs a port. */
    private static int declaredPort(StoragePoolSpec spec) {
        var dns = spec.nodes().dns();
        if (dns != null) {
            return dns.port();
        }
        return spec.nodes().staticNodes().isEmpty()
                ? 80
                : spec.nodes().staticNodes().getFirst().port();
    }

    private static Service service(StoragePool pool, int port) {
        return new ServiceBuilder()
                .withMetadata(metadata(pool, "").build())
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP("None")
                .addNewPort()
                .withName(PORT)
                .withProtocol("TCP")
                .withPort(port)
                // Clients of a headless Service use the port of the slice.
                .withTargetPort(new IntOrString(port))
                .endPort()
                .endSpec()
                .build();
    }

    private static EndpointSlice slice(StoragePool pool, String name, List<PublishedNode> nodes) {
        return new EndpointSliceBuilder()
                .withMetadata(metadata(pool, "-" + name)
                        .addToLabels(
                                "kubernetes.io/service-name",
                                serviceName(pool.getMetadata().getName()))
                        .addToLabels("endpointslice.kubernetes.io/managed-by", Labels.OPERATOR)
                        .build())
                .withAddressType(name.startsWith("ipv6") ? "IPv6" : "IPv4")
                .addNewPort()
                .withName(PORT)
                .withProtocol("TCP")
                .withPort(nodes.getFirst().port())
                .endPort()
                .withEndpoints(nodes.stream().map(PoolObjects::endpoint).toList())
                .build();
    }

    private static Endpoint endpoint(PublishedNode node) {
        return new EndpointBuilder()
                .withAddresses(node.address())
                .withNewConditions()
                .withReady(node.state() == State.Ready)
                .withServing(node.state() != State.Down)
                .withTerminating(node.state() == State.Draining)
                .endConditions()
                .withZone(node.zone().isEmpty() ? null : node.zone())
                .build();
    }

    private static ObjectMetaBuilder metadata(StoragePool pool, String suffix) {
        return new ObjectMetaBuilder()
                .withName(serviceName(pool.getMetadata().getName()) + suffix)
                .withNamespace(pool.getMetadata().getNamespace())
                .withLabels(Labels.ofPool(pool.getMetadata().getName()))
                .withOwnerReferences(Owners.controller(pool));
    }
}
