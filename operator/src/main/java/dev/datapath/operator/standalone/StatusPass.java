package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicyStatus;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.ServiceLevelObjectiveStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus;
import dev.datapath.operator.compile.Finding;
import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.control.DataPathRun;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.manifest.ManifestSet;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.status.DataPathStatuses;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.ObjectiveStatuses;
import dev.datapath.operator.status.PolicyStatuses;
import dev.datapath.operator.status.PoolStatuses;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says about every object what is known of it now. */
final class StatusPass {
    private final StatusBook book;
    private final LocalFleet local;
    private final List<DataPathStatus.Address> addresses;

    StatusPass(StatusBook book, LocalFleet local, List<DataPathStatus.Address> addresses) {
        this.book = book;
        this.local = local;
        this.addresses = List.copyOf(addresses);
    }

    /**
     * Records the status of all objects.
     *
     * @param settled whether everything was looked up and observed once since the start; until then an object that has a status
     *     from an earlier run keeps it, because nothing better is known
     */
    void run(
            ManifestSet objects,
            SortedMap<ObjectKey, DataPathRun> runs,
            Map<ObjectKey, Fleet> fleets,
            boolean settled,
            Instant now) {
        var findings = runs.values().stream()
                .flatMap(run -> run.outcome().findings().stream())
                .distinct()
                .collect(Collectors.groupingBy(Finding::object));
        var present = new HashSet<ObjectRef>();
        for (var admitted : objects.dataPaths()) {
            var ref = admitted.ref();
            var key = new ObjectKey(ref.namespace(), ref.name());
            var run = runs.get(key);
            var fleet = fleets.get(key);
            if (begins(ref, present, settled) && run != null && fleet != null) {
                dataPath(run, ref, fleet, findings.getOrDefault(ref, List.of()), now);
            }
        }
        for (var admitted : objects.storagePools()) {
            var ref = admitted.ref();
            if (!begins(ref, present, settled)) {
                continue;
            }
            var seen = new PoolStatuses.Observation(
                    findings.getOrDefault(ref, List.of()),
                    plan(ref, runs.values()),
                    local.nodes(ref.namespace(), ref.name()));
            var pool = admitted.object();
            book.record(
                    pool,
                    ref,
                    PoolStatuses.of(
                            pool, book.generation(ref, pool), seen, book.status(ref, StoragePoolStatus.class), now));
        }
        for (var admitted : objects.routingPolicies()) {
            if (begins(admitted.ref(), present, settled)) {
                policy(admitted.object(), admitted.ref(), runs, fleets, now);
            }
        }
        for (var admitted : objects.serviceLevelObjectives()) {
            if (begins(admitted.ref(), present, settled)) {
                objective(admitted.object(), admitted.ref(), runs, now);
            }
        }
        // An object that cannot be read is not one that does not exist.
        objects.findings().stream()
                .map(LocatedFinding::object)
                .filter(Objects::nonNull)
                .forEach(present::add);
        book.retain(
                present,
                objects.findings().stream().noneMatch(finding -> finding.isError() && finding.object() == null));
    }

    /** Notes that an object exists, and tells whether its status is to be recorded now. */
    private boolean begins(ObjectRef ref, Collection<ObjectRef> present, boolean settled) {
        present.add(ref);
        return settled || !book.isFromBefore(ref);
    }

    private void dataPath(DataPathRun run, ObjectRef ref, Fleet fleet, List<Finding> findings, Instant now) {
        var outcome = run.outcome();
        var seen = new DataPathStatuses.Observation(findings, outcome.attachedPolicies(), fleet, addresses, null);
        var generation = book.generation(ref, outcome.dataPath());
        book.record(
                outcome.dataPath(),
                ref,
                DataPathStatuses.of(outcome.dataPath(), generation, seen, book.status(ref, DataPathStatus.class), now));
    }

    private void policy(
            RoutingPolicy policy,
            ObjectRef ref,
            SortedMap<ObjectKey, DataPathRun> runs,
            Map<ObjectKey, Fleet> fleets,
            Instant now) {
        var targets = new TreeMap<String, PolicyStatuses.AtTarget>();
        for (var target : policy.getSpec().targetRefs()) {
            var key = new ObjectKey(ref.namespace(), target.name());
            var run = runs.get(key);
            var fleet = fleets.get(key);
            if (run != null && fleet != null) {
                targets.put(
                        target.name(), new PolicyStatuses.AtTarget(run.outcome().about(ref), fleet, run.runs(policy)));
            }
        }
        book.record(
                policy,
                ref,
                PolicyStatuses.of(
                        policy,
                        book.generation(ref, policy),
                        targets,
                        book.status(ref, RoutingPolicyStatus.class),
                        now));
    }

    private void objective(
            ServiceLevelObjective objective, ObjectRef ref, SortedMap<ObjectKey, DataPathRun> runs, Instant now) {
        var run = runs.get(
                new ObjectKey(ref.namespace(), objective.getSpec().targetRef().name()));
        book.record(
                objective,
                ref,
                ObjectiveStatuses.of(
                        objective,
                        book.generation(ref, objective),
                        run == null ? null : run.outcome().about(ref),
                        book.status(ref, ServiceLevelObjectiveStatus.class),
                        now));
    }

    /** How gateways use a pool; the same at every DataPath but for the retry budget. */
    private static @Nullable PoolPlan plan(ObjectRef pool, Collection<DataPathRun> runs) {
        return runs.stream()
                .filter(run -> run.key().namespace().equals(pool.namespace()))
                .flatMap(run -> run.outcome().pool(pool.name()).stream())
                .findFirst()
                .orElse(null);
    }
}
