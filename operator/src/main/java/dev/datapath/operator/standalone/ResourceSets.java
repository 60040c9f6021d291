package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.manifest.Admitted;
import dev.datapath.operator.manifest.ManifestSet;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers what a DataPath depends on from the objects of a directory. */
final class ResourceSets {
    /** Certificates expire without any object changing. */
    static final Duration MAX_AGE = Duration.ofMinutes(1);

    private ResourceSets() {}

    static ResourceSet gather(
            DataPath dataPath, ManifestSet objects, Discovery discovery, @Nullable GatewayPlan lastGood, Instant now) {
        var namespace = dataPath.getMetadata().getNamespace();
        return new ResourceSet(
                dataPath,
                of(namespace, objects.storagePools()),
                of(namespace, objects.routingPolicies()),
                of(namespace, objects.serviceLevelObjectives()),
                of(namespace, objects.secrets()),
                of(namespace, objects.configMaps()),
                discovery,
                lastGood,
                now);
    }

    /** Whether compiling gives the same again. Objects are the same instance as long as their content is the same. */
    static boolean same(ResourceSet one, ResourceSet other) {
        return one.dataPath() == other.dataPath()
                && same(one.pools(), other.pools())
                && same(one.policies(), other.policies())
                && same(one.objectives(), other.objectives())
                && same(one.secrets(), other.secrets())
                && same(one.configMaps(), other.configMaps())
                && one.discovery().equals(other.discovery())
                && Duration.between(one.now(), other.now()).compareTo(MAX_AGE) < 0;
    }

    private static <T extends HasMetadata> List<T> of(String namespace, List<Admitted<T>> objects) {
        return objects.stream()
                .map(Admitted::object)
                .filter(object -> object.getMetadata().getNamespace().equals(namespace))
                .toList();
    }

    private static boolean same(List<?> one, List<?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (one.get(i) != other.get(i)) {
                return false;
            }
        }
        return true;
    }
}
