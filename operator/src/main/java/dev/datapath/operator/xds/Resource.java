package dev.datapath.operator.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One resource, serialised once. Two resources are equal when name and bytes are equal. The digest is stable across
 * restarts, because map entries are written in key order, and makes different resources cheap to distinguish. It is a
 * SHA-256, because versions are derived from it and users choose the content: with a weaker checksum, two contents with
 * equal checksums are easy to create, and the second one would never be delivered.
 */
public final class Resource {

    /**
     * The other resources that a resource needs, by name. The creator of a resource knows them; encoded messages are
     * not searched.
     *
     * @param clusters clusters that a listener or a route forwards to
     * @param routes route configurations that a listener fetches
     * @param secrets secrets that a listener fetches
     * @param endpoints endpoints that a cluster fetches
     */
    public record References(Set<String> clusters, Set<String> routes, Set<String> secrets, Set<String> endpoints) {
        /** No references. */
        public static final References NONE = new References(Set.of(), Set.of(), Set.of(), Set.of());

        public References {
            clusters = Set.copyOf(clusters);
            routes = Set.copyOf(routes);
            secrets = Set.copyOf(secrets);
            endpoints = Set.copyOf(endpoints);
        }
    }

    private final ResourceType type;
    private final String name;
    private final Any any;
    private final ByteString digest;
    private final References references;
    private final Set<Address> addresses;

    private Resource(
            ResourceType type,
            String name,
            ByteString bytes,
            ByteString digest,
            References references,
            Set<Address> addresses) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(type + " without a name");
        }
        this.type = type;
        this.name = name;
        this.any = Any.newBuilder().setTypeUrl(type.typeUrl()).setValue(bytes).build();
        this.digest = digest;
        this.references = references;
        this.addresses = addresses;
    }

    /**
     * A resource that is already encoded, except a listener.
     *
     * @param digest digest of the bytes, a SHA-256 or derived from SHA-256 digests: equal for equal bytes, also in
     *     another process
     */
    public static Resource encoded(
            ResourceType type, String name, ByteString bytes, ByteString digest, References references) {
        if (type == ResourceType.LISTENER) {
            throw new IllegalArgumentException("listener " + name + " without its addresses");
        }
        return new Resource(type, name, bytes, digest, references, Set.of());
    }

    /**
     * A listener that is already encoded.
     *
     * @param digest digest of the bytes, as above
     */
    public static Resource encoded(Listener listener, ByteString bytes, ByteString digest, References references) {
        return new Resource(
                ResourceType.LISTENER, listener.getName(), bytes, digest, references, addressesOf(listener));
    }

    /** A cluster. An EDS cluster references its endpoints. */
    public static Resource of(Cluster cluster) {
        var references = References.NONE;
        if (cluster.getType() == Cluster.DiscoveryType.EDS) {
            var service = cluster.getEdsClusterConfig().getServiceName();
            references = new References(
                    Set.of(), Set.of(), Set.of(), Set.of(service.isEmpty() ? cluster.getName() : service));
        }
        return of(ResourceType.CLUSTER, cluster.getName(), cluster, references);
    }

    public static Resource of(ClusterLoadAssignment endpoints) {
        return of(ResourceType.ENDPOINT, endpoints.getClusterName(), endpoints, References.NONE);
    }

    /** A listener with its references. */
    public static Resource of(Listener listener, References references) {
        var bytes = serialise(listener);
        return encoded(listener, UnsafeByteOperations.unsafeWrap(bytes), digest(bytes), references);
    }

    /** A route configuration, with the clusters that it references. */
    public static Resource of(RouteConfiguration routes, Set<String> clusters) {
        return of(ResourceType.ROUTE, routes.getName(), routes, new References(clusters, Set.of(), Set.of(), Set.of()));
    }

    public static Resource of(Secret secret) {
        return of(ResourceType.SECRET, secret.getName(), secret, References.NONE);
    }

    public static Resource of(Runtime runtime) {
        return of(ResourceType.RUNTIME, runtime.getName(), runtime, References.NONE);
    }

    private static Resource of(ResourceType type, String name, Message message, References references) {
        var bytes = serialise(message);
        return new Resource(type, name, UnsafeByteOperations.unsafeWrap(bytes), digest(bytes), references, Set.of());
    }

    public ResourceType type() {
        return type;
    }

    public String name() {
        return name;
    }

    Any any() {
        return any;
    }

    ByteString digest() {
        return digest;
    }

    /** The resources that it needs. */
    public References references() {
        return references;
    }

    /** The addresses that a listener binds; empty for other types. */
    Set<Address> addresses() {
        return addresses;
    }

    private static Set<Address> addressesOf(Listener listener) {
        var all = new HashSet<Address>();
        all.add(listener.getAddress());
        listener.getAdditionalAddressesList().forEach(additional -> all.add(additional.getAddress()));
        return Set.copyOf(all);
    }

    private static ByteString digest(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(sha256().digest(bytes));
    }

    /** Content version of a set of resources in name order. */
    static String version(Collection<Resource> sorted) {
        var sha = sha256();
        for (var resource : sorted) {
            var name = ByteString.copyFromUtf8(resource.name);
            sha.update(new byte[] {(byte) (name.size() >> 8), (byte) name.size()});
            sha.update(name.asReadOnlyByteBuffer());
            sha.update(resource.digest.asReadOnlyByteBuffer());
        }
        return shorten(sha);
    }

    /** The first 128 bits, in hexadecimal: finding two contents with an equal version takes 2^64 attempts. */
    static String shorten(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] serialise(Message message) {
        var bytes = new byte[message.getSerializedSize()];
        var out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Resource resource
                && (resource == this
                        || (digest.equals(resource.digest)
                                && name.equals(resource.name)
                                && any.getValue().equals(resource.any.getValue())));
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return name; // never the content, because secrets are resources too
    }
}
