package dev.datapath.operator.manifest;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All objects in effect after one reading of the files, and the findings. Immutable. */
public final class ManifestSet {
    private final Map<ObjectRef, Admitted<?>> objects;
    private final List<UnadmittedDeny> denies;
    private final List<LocatedFinding> findings;
    private final List<Path> files;

    ManifestSet(
            Map<ObjectRef, Admitted<?>> objects,
            List<UnadmittedDeny> denies,
            List<LocatedFinding> findings,
            List<Path> files) {
        this.objects = new TreeMap<>(objects);
        this.denies = List.copyOf(denies);
        this.findings = findings.stream().sorted().distinct().toList();
        this.files = List.copyOf(files);
    }

    public List<Admitted<DataPath>> dataPaths() {
        return of(DataPath.class);
    }

    public List<Admitted<StoragePool>> storagePools() {
        return of(StoragePool.class);
    }

    public List<Admitted<RoutingPolicy>> routingPolicies() {
        return of(RoutingPolicy.class);
    }

    /**
     * Whether an unreadable file or object may contain a DataPath: a DataPath that is not in this set may exist
     * nevertheless.
     */
    public boolean mayHideDataPath() {
        return findings.stream().anyMatch(finding -> {
            var object = finding.object();
            return finding.isError() && (object == null || object.kind().equals("DataPath"));
        });
    }

    /** The deny rules of policies that are not admitted and have no earlier version in effect. */
    public List<UnadmittedDeny> denies() {
        return denies;
    }

    public List<Admitted<ServiceLevelObjective>> serviceLevelObjectives() {
        return of(ServiceLevelObjective.class);
    }

    public List<Admitted<Secret>> secrets() {
        return of(Secret.class);
    }

    public List<Admitted<ConfigMap>> configMaps() {
        return of(ConfigMap.class);
    }

    /** All objects in effect, sorted by kind, namespace and name. */
    public List<Admitted<?>> objects() {
        return List.copyOf(objects.values());
    }

    /** The objects of one kind, sorted by namespace and name. */
    public <T extends HasMetadata> List<Admitted<T>> of(Class<T> type) {
        return objects.values().stream()
                .filter(admitted -> type.isInstance(admitted.object()))
                .map(admitted -> new Admitted<>(type.cast(admitted.object()), admitted.source()))
                .toList();
    }

    public Optional<Admitted<?>> find(ObjectRef object) {
        return Optional.ofNullable(objects.get(object));
    }

    /** The findings on the files, sorted by file and line. */
    public List<LocatedFinding> findings() {
        return findings;
    }

    /** The files that were read, sorted by path. */
    public List<Path> files() {
        return files;
    }

    /** Whether the same objects are in effect, from the same places, with the same findings. */
    boolean isSameAs(ManifestSet other) {
        return findings.equals(other.findings)
                && files.equals(other.files)
                && denies.equals(other.denies)
                && objects.keySet().equals(other.objects.keySet())
                && objects.entrySet().stream().allMatch(entry -> {
                    Admitted<?> theirs = other.objects.get(entry.getKey());
                    return theirs != null
                            && theirs.object() == entry.getValue().object()
                            && theirs.source()
                                    .location()
                                    .equals(entry.getValue().source().location());
                });
    }

    /** Locates a finding of the compiler at the line of its field; empty when the object is not from these files. */
    public Optional<LocatedFinding> locate(Finding finding) {
        return find(finding.object())
                .map(admitted -> LocatedFinding.of(finding, admitted.source().location(finding.field())));
    }
}
