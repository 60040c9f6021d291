package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.deploy.Labels;
import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.kubernetes.LeanObjects;
import dev.datapath.operator.text.Sha256;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The cached form of an object that carries the operator's labels. Anyone can set labels, and an object has up to 1.5
 * MB:
 *
 * <ul>
 *   <li>For an object without a controller of our kind, or whose name is not one that the operator gives to objects of
 * that owner: name, versions and controller.
 *   <li>For a pod: the same, and its status when it has a controller.
 *   <li>For any other object: all of it, with digests in place of long values of ConfigMaps and Secrets. An object that
 * is still larger than {@link #MOST_CHARACTERS} is cached like a foreign one, and applied each time.
 * </ul>
 *
 * <p>The cache holds about 1 KiB for each object with the operator's labels, and a bounded part of each of the about
 * ten objects of a DataPath.
 *
 * @param owner API group and kind of the owners
 * @param named whether an object of an owner with the first name may have the second name
 */
record OwnedForm(Owner owner, BiPredicate<String, String> named, KubernetesSerialization serialization)
        implements UnaryOperator<HasMetadata> {
    /** Annotation of a cached object of which a part is omitted; it is not written to the API server. */
    private static final String LEFT_OUT = "datapath.dev/left-out";
    /** Certificates and keys of gateways have about 1 KiB each. */
    private static final int LONGEST_VALUE = 16 << 10;
    /** An EndpointSlice with 1,000 endpoints has about 160 KiB. */
    static final int MOST_CHARACTERS = 256 << 10;
    /** Labels by which an object is found; an object can have any number of others. */
    private static final Set<String> LABELS =
            Set.of(Labels.MANAGED_BY, Labels.DATA_PATH, Labels.STORAGE_POOL, GatewayPods.TEMPLATE_HASH);
    /** Maximum length of a name. The API server does not check the length of names in references. */
    private static final int LONGEST_NAME = 253;

    /** A kind of owner, of any version. */
    record Owner(String group, String kind) {
        static Owner of(Class<? extends HasMetadata> type) {
            return new Owner(HasMetadata.getGroup(type), HasMetadata.getKind(type));
        }

        boolean is(OwnerReference reference) {
            return reference.getKind().equals(kind) && reference.getApiVersion().startsWith(group + "/");
        }
    }

    @Override
    public HasMetadata apply(HasMetadata object) {
        if (object instanceof Pod pod) {
            return pod(pod);
        }
        boolean ours = Owners.controllerOf(object)
                .filter(owner::is)
                .filter(reference ->
                        named.test(reference.getName(), object.getMetadata().getName()))
                .isPresent();
        if (!ours) {
            return bare(object, Map.of());
        }
        var digested = digested(object);
        return serialization.asJson(digested).length() <= MOST_CHARACTERS
                ? digested
                : bare(object, Map.of(LEFT_OUT, "spec"));
    }

    /** The object with digests in place of long values. Two such forms are equal if the objects are equal. */
    static HasMetadata digested(HasMetadata object) {
        return switch (object) {
            case ConfigMap map
            when isLong(map.getData()) || isLong(map.getBinaryData()) ->
                new ConfigMapBuilder(map)
                        .withData(digests(map.getData()))
                        .withBinaryData(digests(map.getBinaryData()))
                        .editMetadata()
                        .addToAnnotations(LEFT_OUT, "data")
                        .endMetadata()
                        .build();
            case Secret secret
            when isLong(secret.getData()) || isLong(secret.getStringData()) ->
                new SecretBuilder(secret)
                        .withData(digests(secret.getData()))
                        .withStringData(digests(secret.getStringData()))
                        .editMetadata()
                        .addToAnnotations(LEFT_OUT, "data")
                        .endMetadata()
                        .build();
            default -> object;
        };
    }

    /** Whether a part of an object of the operator is omitted here. */
    static boolean isPart(HasMetadata object) {
        return object.getMetadata().getAnnotations().containsKey(LEFT_OUT);
    }

    private static boolean isLong(Map<String, String> data) {
        return data.values().stream().anyMatch(value -> value.length() > LONGEST_VALUE);
    }

    private static Map<String, String> digests(Map<String, String> data) {
        var digests = new TreeMap<String, String>();
        // The space makes it invalid base64.
        data.forEach((key, value) ->
                digests.put(key, value.length() <= LONGEST_VALUE ? value : "SHA-256 " + Sha256.hex(value, 32)));
        return digests;
    }

    private static Pod pod(Pod pod) {
        var metadata = metadata(pod, Map.of());
        boolean controlled = !metadata.getOwnerReferences().isEmpty();
        return new PodBuilder()
                .withMetadata(metadata)
                .withStatus(controlled ? pod.getStatus() : null)
                .build();
    }

    private HasMetadata bare(HasMetadata object, Map<String, String> annotations) {
        var fields =
                new HashMap<String, Object>(Map.of("apiVersion", object.getApiVersion(), "kind", object.getKind()));
        if (object instanceof Deployment || object instanceof DaemonSet || object instanceof Service) {
            fields.put("spec", Map.of());
        }
        HasMetadata bare = serialization.convertValue(fields, object.getClass());
        bare.setMetadata(metadata(object, annotations));
        return bare;
    }

    private static ObjectMeta metadata(HasMetadata object, Map<String, String> annotations) {
        var metadata = object.getMetadata();
        return LeanObjects.identity(object)
                .withCreationTimestamp(metadata.getCreationTimestamp())
                .withDeletionTimestamp(metadata.getDeletionTimestamp())
                .withLabels(metadata.getLabels().entrySet().stream()
                        .filter(label -> LABELS.contains(label.getKey()))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
                .withAnnotations(annotations)
                .withOwnerReferences(Owners.controllerOf(object)
                        .filter(reference -> Stream.of(
                                        reference.getApiVersion(), reference.getKind(), reference.getName())
                                .allMatch(text -> text.length() <= LONGEST_NAME))
                        .stream()
                        .toList())
                .build();
    }
}
