package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.CaCertificateReference;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.net.HostName;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What objects need from elsewhere: what to watch, and which names to look up, before they are compiled. Only things that
 * exist by their form are named; whether they exist is found by whoever watches.
 *
 * @param secrets Secrets with certificates or authorities
 * @param configMaps ConfigMaps with authorities
 * @param hosts host names of nodes, as {@link HostName#toString} writes them, and how often each should be looked up (where several ask, the
 *     shortest time)
 * @param services Services whose EndpointSlices are nodes
 */
public record References(
        SortedSet<ObjectKey> secrets,
        SortedSet<ObjectKey> configMaps,
        SortedMap<String, Duration> hosts,
        SortedSet<ServicePort> services) {

    /** How often a name is looked up for which nobody says how often. */
    public static final Duration DEFAULT_REFRESH = Duration.ofSeconds(30);

    /**
     * A port of a Service; {@code name:port} is its key in {@link Discovery#services()}.
     *
     * @param service the Service
     * @param port name of the port, or its number
     */
    public record ServicePort(ObjectKey service, String port) implements Comparable<ServicePort> {

        /** The key of the look-up. */
        public String key() {
            return service.name() + ":" + port;
        }

        @Override
        public int compareTo(ServicePort other) {
            int byService = service.compareTo(other.service);
            return byService != 0 ? byService : port.compareTo(other.port);
        }
    }

    public References {
        secrets = Collections.unmodifiableSortedSet(new TreeSet<>(secrets));
        configMaps = Collections.unmodifiableSortedSet(new TreeSet<>(configMaps));
        hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
        services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
    }

    /** What the objects need; of any namespaces. */
    public static References of(Collection<DataPath> dataPaths, Collection<StoragePool> pools) {
        var references = new Collector();
        dataPaths.forEach(references::add);
        pools.forEach(references::add);
        return new References(references.secrets, references.configMaps, references.hosts, references.services);
    }

    private static final class Collector {
        private final TreeSet<ObjectKey> secrets = new TreeSet<>();
        private final TreeSet<ObjectKey> configMaps = new TreeSet<>();
        private final TreeMap<String, Duration> hosts = new TreeMap<>();
        private final TreeSet<ServicePort> services = new TreeSet<>();

        void add(DataPath dataPath) {
            var spec = dataPath.getSpec();
            if (spec == null) {
                return;
            }
            var namespace = Identity.key(dataPath).namespace();
            for (var listener : spec.listeners()) {
                var tls = listener.tls();
                if (tls != null) {
                    tls.certificateRefs().forEach(reference -> secret(namespace, reference.name()));
                    if (tls.clientCertificates() != null) {
                        authorities(namespace, tls.clientCertificates().caCertificateRefs());
                    }
                }
            }
        }

        void add(StoragePool pool) {
            var spec = pool.getSpec();
            if (spec == null) {
                return;
            }
            var namespace = Identity.key(pool).namespace();
            authorities(namespace, spec.tls().caCertificateRefs());
            if (spec.tls().clientCertificateRef() != null) {
                secret(namespace, spec.tls().clientCertificateRef().name());
            }
            var nodes = spec.nodes();
            if (nodes == null) {
                return;
            }
            nodes.staticNodes().forEach(node -> host(node.address(), DEFAULT_REFRESH));
            if (nodes.dns() != null) {
                host(
                        nodes.dns().hostname(),
                        DurationText.parse(nodes.dns().refresh())
                                .filter(refresh -> refresh.compareTo(Duration.ofSeconds(1)) >= 0)
                                .orElse(DEFAULT_REFRESH));
            }
            if (nodes.service() != null
                    && nodes.service().name() != null
                    && nodes.service().port() != null) {
                services.add(new ServicePort(
                        new ObjectKey(namespace, nodes.service().name()),
                        nodes.service().port()));
            }
        }

        private void authorities(String namespace, List<CaCertificateReference> references) {
            for (var reference : references) {
                if (reference.kind() == CaCertificateReference.Kind.Secret) {
                    secret(namespace, reference.name());
                } else if (reference.name() != null) {
                    configMaps.add(new ObjectKey(namespace, reference.name()));
                }
            }
        }

        private void secret(String namespace, @Nullable String name) {
            if (name != null) {
                secrets.add(new ObjectKey(namespace, name));
            }
        }

        private void host(@Nullable String address, Duration refresh) {
            HostName.parse(address)
                    .ifPresent(host -> hosts.merge(
                            host.toString(), refresh, (one, other) -> one.compareTo(other) <= 0 ? one : other));
        }
    }
}
