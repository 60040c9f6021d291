package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicyStatus;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.ServiceLevelObjectiveStatus;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.api.v1alpha1.StoragePoolStatus;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.engine.DataPaths;
import dev.datapath.operator.engine.Engine;
import dev.datapath.operator.engine.Observations;
import dev.datapath.operator.engine.Observations.Existence;
import dev.datapath.operator.manifest.Admitted;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.manifest.ManifestSet;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.status.DataPathStatuses;
import dev.datapath.operator.status.ObjectiveStatuses;
import dev.datapath.operator.status.PolicyStatuses;
import dev.datapath.operator.status.PoolStatuses;
import io.fabric8.kubernetes.client.CustomResource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Records the status of every object. Confined to the thread of the control loop. */
final class StatusPass {
    private final StatusBook book;
    private final Engine engine;
    private final Observations observations;
    private final DataPaths dataPaths;
    private final InstantSource clock;
    private Set<ObjectRef> pools = Set.of();

    /** @param clock the time of day */
    StatusPass(StatusBook book, Engine engine, Observations observations, DataPaths dataPaths, InstantSource clock) {
        this.book = book;
        this.engine = engine;
        this.observations = observations;
        this.dataPaths = dataPaths;
        this.clock = clock;
    }

    /**
     * Records the status of all objects.
     *
     * @param settled whether everything has been looked up and observed once since the start; until then an object with
     *     a status from an earlier run keeps it
     */
    void run(ManifestSet objects, boolean settled) {
        var now = clock.instant();
        var living = objects.dataPaths().stream()
                .map(admitted -> Identity.key(admitted.object()))
                .collect(Collectors.toSet());
        each(objects.dataPaths(), settled, dataPath -> record(dataPath, now));
        each(objects.storagePools(), settled, pool -> record(pool, living, now));
        var absent = objects.mayHideDataPath() ? Existence.UNKNOWN : Existence.NO;
        Function<ObjectKey, Existence> existence = key -> living.contains(key) ? Existence.YES : absent;
        each(objects.routingPolicies(), settled, policy -> record(policy, existence, now));
        each(objects.serviceLevelObjectives(), settled, objective -> record(objective, existence, now));
        forgetPools(objects);
        retain(objects);
    }

    private <T extends CustomResource<?, ?>> void each(
            List<Admitted<T>> objects, boolean settled, Consumer<T> recording) {
        objects.stream()
                .filter(admitted -> settled || !book.isFromBefore(admitted.ref()))
                .forEach(admitted -> recording.accept(admitted.object()));
    }

    private void record(DataPath dataPath, Instant now) {
        var ref = Identity.ref(dataPath);
        dataPaths.observed(Identity.key(dataPath)).ifPresent(managed -> {
            var seen = observations.of(dataPath, managed, managed.fleet().orElseThrow(), null);
            var before = book.status(ref, DataPathStatus.class);
            book.record(
                    dataPath, ref, DataPathStatuses.of(dataPath, book.generation(ref, dataPath), seen, before, now));
        });
    }

    private void record(StoragePool pool, Set<ObjectKey> living, Instant now) {
        var ref = Identity.ref(pool);
        var inNamespace = living.stream()
                .filter(key -> key.namespace().equals(ref.namespace()))
                .toList();
        observations.of(pool, inNamespace).ifPresent(seen -> {
            var before = book.status(ref, StoragePoolStatus.class);
            book.record(pool, ref, PoolStatuses.of(pool, book.generation(ref, pool), seen, before, now));
        });
    }

    private void record(RoutingPolicy policy, Function<ObjectKey, Existence> existence, Instant now) {
        var ref = Identity.ref(policy);
        observations.of(policy, existence).ifPresent(targets -> {
            var before = book.status(ref, RoutingPolicyStatus.class);
            book.record(policy, ref, PolicyStatuses.of(policy, book.generation(ref, policy), targets, before, now));
        });
    }

    private void record(ServiceLevelObjective objective, Function<ObjectKey, Existence> existence, Instant now) {
        var ref = Identity.ref(objective);
        observations.of(objective, existence).ifPresent(seen -> {
            var before = book.status(ref, ServiceLevelObjectiveStatus.class);
            book.record(
                    objective,
                    ref,
                    ObjectiveStatuses.of(
                            objective,
                            book.generation(ref, objective),
                            seen.findings().orElse(null),
                            before,
                            now));
        });
    }

    private void forgetPools(ManifestSet objects) {
        var present = objects.storagePools().stream().map(Admitted::ref).collect(Collectors.toSet());
        pools.stream().filter(pool -> !present.contains(pool)).forEach(engine::forget);
        pools = present;
    }

    private void retain(ManifestSet objects) {
        var present = new HashSet<ObjectRef>();
        objects.objects().forEach(admitted -> present.add(admitted.ref()));
        // An unreadable object is not a deleted object.
        objects.findings().stream()
                .map(LocatedFinding::object)
                .filter(Objects::nonNull)
                .forEach(present::add);
        book.retain(
                present,
                objects.findings().stream().noneMatch(finding -> finding.isError() && finding.object() == null));
    }
}
