package dev.datapath.operator.cli;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.Targets;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.manifest.ManifestSet;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.model.Reason;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;

/**
 * The findings of a set of files: of each object by itself, and of all objects together.
 *
 * @param files number of files that were read
 * @param objects number of objects that were admitted
 * @param findings sorted by file and line
 */
record Validation(int files, int objects, List<LocatedFinding> findings) {

    /** @param now the time against which the validity of certificates is checked */
    static Validation of(ManifestSet set, Instant now) {
        List<DataPath> dataPaths = objects(set, DataPath.class);
        List<RoutingPolicy> policies = objects(set, RoutingPolicy.class);
        List<ServiceLevelObjective> objectives = objects(set, ServiceLevelObjective.class);
        TreeSet<Finding> compiled = new TreeSet<>(Targets.findings(dataPaths, policies, objectives));
        for (DataPath dataPath : dataPaths) {
            compiled.addAll(compile(
                    dataPath,
                    new ResourceSet(
                            dataPath,
                            objects(set, StoragePool.class),
                            policies,
                            objectives,
                            objects(set, Secret.class),
                            objects(set, ConfigMap.class),
                            Discovery.NONE,
                            LastGood.NONE,
                            now,
                            Environment.ANY)));
        }
        TreeSet<LocatedFinding> findings = new TreeSet<>(set.findings());
        compiled.forEach(finding -> set.locate(finding).ifPresent(findings::add));
        return new Validation(
                set.files().size(), set.objects().size(), findings.stream().toList());
    }

    /** A defect of the compiler must not hide the findings of other objects. */
    private static List<Finding> compile(DataPath dataPath, ResourceSet set) {
        try {
            return Compiler.compile(set).findings();
        } catch (RuntimeException | StackOverflowError defect) {
            return List.of(new Finding(
                    new ObjectRef(
                            dataPath.getKind(),
                            dataPath.getMetadata().getNamespace(),
                            dataPath.getMetadata().getName()),
                    Finding.Severity.ERROR,
                    Reason.Invalid,
                    "",
                    "cannot be compiled because of a defect of datapath (" + defect
                            + "); please report it with these objects, without secret values"));
        }
    }

    long errors() {
        return findings.stream().filter(LocatedFinding::isError).count();
    }

    long warnings() {
        return findings.size() - errors();
    }

    private static <T extends HasMetadata> List<T> objects(ManifestSet set, Class<T> type) {
        return set.of(type).stream().map(admitted -> admitted.object()).toList();
    }
}
