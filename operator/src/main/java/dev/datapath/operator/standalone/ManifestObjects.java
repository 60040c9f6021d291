package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.compile.References;
import dev.datapath.operator.compile.Targets;
import dev.datapath.operator.engine.ObjectSource;
import dev.datapath.operator.manifest.Admitted;
import dev.datapath.operator.manifest.ManifestSet;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The objects of a directory. Confined to the thread of the control loop. */
final class ManifestObjects implements ObjectSource {
    private final GatewayPorts ports;
    private @Nullable ManifestSet newest;

    ManifestObjects(GatewayPorts ports) {
        this.ports = ports;
    }

    /** Replaces all objects. */
    void take(ManifestSet objects) {
        newest = objects;
    }

    @Override
    public Map<Discovery.Socket, String> listeners(DataPath dataPath) {
        return ports.listeners(dataPath);
    }

    @Override
    public Environment environment() {
        return Environment.STANDALONE;
    }

    @Override
    public Declared declared(DataPath dataPath) {
        var key = Identity.key(dataPath);
        var objects = objects();
        var policies = Stream.concat(
                        in(key.namespace(), objects.routingPolicies()).filter(policy -> Targets.include(policy, key)),
                        objects.denies().stream().flatMap(deny -> deny.at(key.namespace(), key.name()).stream()))
                .toList();
        return new Declared(
                in(key.namespace(), objects.storagePools()).toList(),
                policies,
                in(key.namespace(), objects.serviceLevelObjectives())
                        .filter(objective -> Targets.include(objective, key))
                        .toList());
    }

    @Override
    public Referenced find(ObjectRef user, References references) {
        var objects = objects();
        return new Referenced(
                false,
                named(references.secrets(), objects.secrets()),
                named(references.configMaps(), objects.configMaps()),
                Map.of(),
                Map.of());
    }

    /** Nothing to do: all objects are always current. */
    @Override
    public void forget(ObjectRef user) {}

    private ManifestSet objects() {
        if (newest == null) {
            throw new Unavailable("The directory has not been read yet.");
        }
        return newest;
    }

    private static <T extends HasMetadata> Stream<T> in(String namespace, List<Admitted<T>> objects) {
        return objects.stream()
                .map(Admitted::object)
                .filter(object -> object.getMetadata().getNamespace().equals(namespace));
    }

    private static <T extends HasMetadata> List<T> named(Collection<ObjectKey> names, List<Admitted<T>> objects) {
        return objects.stream()
                .map(Admitted::object)
                .filter(object -> names.contains(Identity.key(object)))
                .toList();
    }
}
