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
 * The objects and names that DataPaths and StoragePools reference. They are watched or resolved before compilation. References are
 * only checked for their form, not for existence.
 *
 * @param secrets Secrets with certificates or CA certificates
 * @param configMaps ConfigMaps with CA certificates
 * @param hosts host names of nodes, in the form of {@link HostName#toString}, and the interval at which each is resolved (the
 *     shortest one that is declared)
 * @param services Services whose endpoints are nodes
 */
public record References(
        SortedSet<ObjectKey> secrets,
        SortedSet<ObjectKey> configMaps,
        SortedMap<String, Duration> hosts,
        SortedSet<ServicePort> services) {

    /** The interval at which a name is resolved when none is declared. */
    public static final Duration DEFAULT_REFRESH = Duration.ofSeconds(30);

    /**
     * A port of a Service; {@code name:port} is its key in {@link Discovery#services()}.
     *
     * @param service the Service
     * @param port name or number of the port
     */
    public record ServicePort(ObjectKey service, String port) implements Comparable<ServicePort> {

        /** The key in {@link Discovery#services()}. */
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

    /** The references of objects of any namespaces. */
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
