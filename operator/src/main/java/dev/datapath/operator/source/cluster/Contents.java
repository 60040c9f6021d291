package dev.datapath.operator.source.cluster;

import dev.datapath.operator.compile.LeftOut;
import dev.datapath.operator.kubernetes.LeanObjects;
import dev.datapath.operator.source.cluster.HeldObjects.Reduced;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The part of an object that a plan can use. For Secrets and ConfigMaps that is PEM text: a long value without PEM is
 * cached as an empty value, so a Java trust store beside a CA bundle does not count. PEM of more than {@link
 * #MOST_BYTES} is omitted. For EndpointSlices that is the first address, the zone, the conditions and the name of each
 * endpoint.
 */
final class Contents {
    /** Mozilla's CA bundle has about 220 KiB, and a certificate with its chain and key less than 16 KiB. */
    static final long MOST_BYTES = 512 << 10;
    /** Values up to this length are always cached, for error messages. */
    private static final int SHORT = 1024;
    /** Maximum marked keys of an object whose content is omitted; an object has up to about ten thousand keys. */
    private static final int MOST_MARKED = 256;
    /** Maximum length of a name, and of other text that the API server does not limit. */
    private static final int LONGEST = 253;

    /** Memory of an endpoint or a port of an EndpointSlice, in bytes. */
    private static final long OF_SLICE = 512;

    private static final String PEM = "-----BEGIN ";

    private Contents() {}

    static Reduced<Secret> of(Secret secret) {
        var type = Objects.requireNonNullElse(secret.getType(), "Opaque");
        var without = new SecretBuilder()
                .withMetadata(LeanObjects.identity(secret).build())
                .withType(type.length() <= LONGEST ? type : type.substring(0, LONGEST))
                .build();
        var data = new TreeMap<String, String>();
        long bytes = encoded(secret.getData(), data);
        return reduced(
                bytes,
                new SecretBuilder(without).withData(data).build(),
                mark -> new SecretBuilder(without)
                        .withMetadata(marked(without, mark))
                        .withData(marked(data, mark))
                        .build());
    }

    static Reduced<ConfigMap> of(ConfigMap map) {
        var without = new ConfigMapBuilder()
                .withMetadata(LeanObjects.identity(map).build())
                .build();
        var data = new TreeMap<String, String>();
        long bytes = 0;
        for (var entry : orEmpty(map.getData()).entrySet()) {
            var text = entry.getValue();
            var usable = text.length() <= SHORT || text.contains(PEM) ? text : "";
            data.put(entry.getKey(), usable);
            bytes += entry.getKey().length() + usable.length();
        }
        var binary = new TreeMap<String, String>();
        bytes += encoded(map.getBinaryData(), binary);
        return reduced(
                bytes,
                new ConfigMapBuilder(without)
                        .withData(data)
                        .withBinaryData(binary)
                        .build(),
                mark -> new ConfigMapBuilder(without)
                        .withMetadata(marked(without, mark))
                        .withData(marked(data, mark))
                        .withBinaryData(marked(binary, mark))
                        .build());
    }

    static Reduced<Service> of(Service service) {
        var ports = service.getSpec() == null || service.getSpec().getPorts() == null
                ? null
                : service.getSpec().getPorts().stream()
                        .map(port -> new ServicePortBuilder()
                                .withName(port.getName())
                                .withProtocol(port.getProtocol())
                                .withPort(port.getPort())
                                .build())
                        .toList();
        return whole(new ServiceBuilder()
                .withMetadata(LeanObjects.identity(service)
                        .withOwnerReferences(service.getMetadata().getOwnerReferences().stream()
                                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                                .toList())
                        .build())
                .withNewSpec()
                .withType(service.getSpec() == null ? null : service.getSpec().getType())
                .withExternalName(
                        service.getSpec() == null ? null : service.getSpec().getExternalName())
                .withPorts(ports)
                .endSpec()
                .build());
    }

    static Reduced<EndpointSlice> of(EndpointSlice slice) {
        var without = new EndpointSliceBuilder()
                .withMetadata(LeanObjects.identity(slice).build())
                .editMetadata()
                .addToLabels(
                        ServiceNodes.SERVICE_LABEL,
                        slice.getMetadata().getLabels().get(ServiceNodes.SERVICE_LABEL))
                .endMetadata()
                .build();
        var ports = slice.getPorts() == null
                ? null
                : slice.getPorts().stream().map(Contents::port).distinct().toList();
        var endpoints = slice.getEndpoints() == null
                ? null
                : slice.getEndpoints().stream().map(Contents::endpoint).toList();
        long parts = (ports == null ? 0L : ports.size()) + (endpoints == null ? 0L : endpoints.size());
        return new Reduced<>(
                new EndpointSliceBuilder(without)
                        .withPorts(ports)
                        .withEndpoints(endpoints)
                        .build(),
                parts * OF_SLICE,
                mark -> new EndpointSliceBuilder(without)
                        .withMetadata(marked(without, mark))
                        .editMetadata()
                        .addToAnnotations(ServiceNodes.LEFT_OUT, mark.why().name())
                        .endMetadata()
                        .build());
    }

    private static EndpointPort port(EndpointPort port) {
        return new EndpointPortBuilder()
                .withName(port.getName())
                .withProtocol(port.getProtocol())
                .withPort(port.getPort())
                .build();
    }

    private static Endpoint endpoint(Endpoint endpoint) {
        var held = new EndpointBuilder()
                .withAddresses(endpoint.getAddresses().getFirst())
                .withZone(isShort(endpoint.getZone()) ? endpoint.getZone() : null);
        var conditions = endpoint.getConditions();
        if (conditions != null) {
            held.withNewConditions()
                    .withReady(conditions.getReady())
                    .withTerminating(conditions.getTerminating())
                    .endConditions();
        }
        var target = endpoint.getTargetRef();
        if (target != null && isShort(target.getName())) {
            held.withNewTargetRef().withName(target.getName()).endTargetRef();
        }
        return held.build();
    }

    private static boolean isShort(@Nullable String text) {
        return text != null && text.length() <= LONGEST;
    }

    private static <T> Reduced<T> whole(T object) {
        return new Reduced<>(object, 0, mark -> object);
    }

    private static <T> Reduced<T> reduced(long bytes, T object, Function<LeftOut, T> without) {
        return bytes <= MOST_BYTES
                ? new Reduced<>(object, bytes, without)
                : whole(without.apply(new LeftOut(LeftOut.Why.OBJECT, bytes, MOST_BYTES)));
    }

    /** Adds the usable base64 values; returns their decoded size in bytes. */
    private static long encoded(@Nullable Map<String, String> values, Map<String, String> usable) {
        long bytes = 0;
        for (var entry : orEmpty(values).entrySet()) {
            var value = entry.getValue().length() <= SHORT
                            || decoded(entry.getValue()).contains(PEM)
                    ? entry.getValue()
                    : "";
            usable.put(entry.getKey(), value);
            bytes += entry.getKey().length() + value.length() / 4 * 3;
        }
        return bytes;
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException notBase64) {
            return PEM; // the error is reported when the value is used
        }
    }

    private static Map<String, String> marked(Map<String, String> data, LeftOut why) {
        var marked = new TreeMap<String, String>();
        var mark = why.mark();
        data.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .limit(MOST_MARKED)
                .forEach(entry -> marked.put(entry.getKey(), mark));
        return marked;
    }

    /**
     * The mark has its own resource version: when memory is available again, the object must be read again although the
     * API server still has the same version.
     */
    private static ObjectMeta marked(HasMetadata object, LeftOut why) {
        return new ObjectMetaBuilder(object.getMetadata())
                .withResourceVersion(object.getMetadata().getResourceVersion() + " " + why.why())
                .build();
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> data) {
        return data == null ? Map.of() : data;
    }
}
