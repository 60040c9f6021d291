package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.manifest.Admitted;
import dev.datapath.operator.manifest.ManifestSet;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gathers what a DataPath depends on from the objects of a directory. */
final class ResourceSets {
    private ResourceSets() {}

    static ResourceSet gather(
            DataPath dataPath, ManifestSet objects, Discovery discovery, @Nullable GatewayPlan inForce, Instant now) {
        var namespace = dataPath.getMetadata().getNamespace();
        var policies = Stream.concat(
                        of(namespace, objects.routingPolicies()).stream(),
                        objects.denies().stream()
                                .flatMap(deny -> deny
                                        .at(namespace, dataPath.getMetadata().getName())
                                        .stream()))
                .toList();
        return new ResourceSet(
                dataPath,
                of(namespace, objects.storagePools()),
                policies,
                of(namespace, objects.serviceLevelObjectives()),
                of(namespace, objects.secrets()),
                of(namespace, objects.configMaps()),
                discovery,
                LastGood.of(inForce),
                now,
                Environment.STANDALONE);
    }

    private static <T extends HasMetadata> List<T> of(String namespace, List<Admitted<T>> objects) {
        return objects.stream()
                .map(Admitted::object)
                .filter(object -> object.getMetadata().getNamespace().equals(namespace))
                .toList();
    }
}
