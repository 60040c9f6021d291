package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.compile.UnreadObject;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.status.DataPathStatuses;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.PolicyStatuses;
import dev.datapath.operator.status.PoolStatuses;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Collects the inputs for the status of each kind. Empty as long as a DataPath on which the object depends has not been observed: a
 * status without it would be wrong, and the object is triggered when it was observed. Thread-safe.
 */
public final class Observations {
    private final Engine engine;
    private final DataPaths dataPaths;
    private final Infra infra;

    public Observations(Engine engine, DataPaths dataPaths, Infra infra) {
        this.engine = engine;
        this.dataPaths = dataPaths;
        this.infra = infra;
    }

    /**
     * A DataPath.
     *
     * @param fleet the state of its gateways
     * @param selector label selector of its pods; null where it has none
     */
    public DataPathStatuses.Observation of(
            DataPath dataPath, ManagedDataPath managed, Fleet fleet, @Nullable String selector) {
        var outcome = managed.outcome();
        return new DataPathStatuses.Observation(
                Stream.of(
                                UnreadObject.finding(dataPath).stream(),
                                outcome.about(Identity.ref(dataPath)).stream(),
                                infra.findings(managed).stream())
                        .flatMap(findings -> findings)
                        .toList(),
                outcome.attachments(),
                fleet,
                infra.addresses(managed),
                selector);
    }

    /**
     * A StoragePool.
     *
     * @param living the DataPaths of its namespace that exist and are not being deleted
     */
    public Optional<PoolStatuses.Observation> of(StoragePool pool, Collection<ObjectKey> living) {
        var ref = Identity.ref(pool);
        var users = dataPaths.observedIn(ref.namespace()).toList();
        if (!dataPaths.havePlans(living) || !users.stream().allMatch(known -> isCurrent(pool, known))) {
            return Optional.empty();
        }
        var outcomes = users.stream().map(ManagedDataPath::outcome).toList();
        return findings(pool, outcomes)
                .map(findings -> new PoolStatuses.Observation(
                        findings,
                        plan(ref.name(), outcomes),
                        outcomes.stream()
                                .flatMap(outcome -> outcome.adjustments().ofPool(ref.name()).stream())
                                .toList(),
                        infra.nodes(ref.namespace(), ref.name())));
    }

    private Optional<List<Finding>> findings(StoragePool pool, List<Outcome> outcomes) {
        var ref = Identity.ref(pool);
        if (outcomes.isEmpty()) {
            return engine.findings(pool);
        }
        engine.forget(ref);
        return Optional.of(outcomes.stream()
                .flatMap(outcome -> outcome.about(ref).stream())
                .distinct()
                .toList());
    }

    /** The plan of a pool. It is the same for every DataPath except for the retry budget. */
    private static @Nullable PoolPlan plan(String pool, List<Outcome> outcomes) {
        return outcomes.stream()
                .flatMap(outcome -> outcome.pool(pool).stream())
                .findFirst()
                .orElse(null);
    }

    /** Whether there is a DataPath. */
    public enum Existence {
        YES,
        NO,
        /** A source that may contain it cannot be read until it is fixed. */
        UNKNOWN
    }

    /**
     * A RoutingPolicy for each of its targets that exists or may exist.
     *
     * @param existence whether there is a DataPath with that name
     */
    public Optional<Map<String, PolicyStatuses.Target>> of(
            RoutingPolicy policy, Function<ObjectKey, Existence> existence) {
        var ref = Identity.ref(policy);
        var targets = new TreeMap<String, PolicyStatuses.Target>();
        for (var target : policy.getSpec().targetRefs()) {
            var key = new ObjectKey(ref.namespace(), target.name());
            var managed = dataPaths.observed(key).orElse(null);
            var exists = managed == null ? existence.apply(key) : Existence.YES;
            if (exists == Existence.UNKNOWN) {
                targets.put(target.name(), new PolicyStatuses.Unread());
            } else if (managed != null && isCurrent(policy, managed) && !isPending(policy, managed)) {
                targets.put(
                        target.name(),
                        new PolicyStatuses.AtTarget(
                                managed.outcome().about(ref),
                                managed.fleet().orElseThrow(),
                                managed.runs(policy),
                                managed.outcome().attachments().of(Identity.key(policy))));
            } else if (exists == Existence.YES) {
                return Optional.empty();
            }
        }
        return Optional.of(targets);
    }

    /**
     * Whether the outcome of a DataPath is for this state of an object. The reconciler of the object may see a change before it is
     * compiled.
     */
    private static boolean isCurrent(CustomResource<?, ?> object, ManagedDataPath known) {
        return known.suspended() || known.covers(object);
    }

    /** Whether the last observation says Programmed but is older than the publication of this policy. */
    private static boolean isPending(RoutingPolicy policy, ManagedDataPath known) {
        return !known.suspended()
                && !known.runs(policy)
                && known.fleet().filter(Fleet::isProgrammed).isPresent();
    }

    /**
     * A ServiceLevelObjective for its target.
     *
     * @param findings empty when there is no such DataPath
     */
    public record AtTarget(Optional<List<Finding>> findings) {}

    /**
     * A ServiceLevelObjective.
     *
     * @param existence whether there is a DataPath with that name
     */
    public Optional<AtTarget> of(ServiceLevelObjective objective, Function<ObjectKey, Existence> existence) {
        var ref = Identity.ref(objective);
        var target =
                new ObjectKey(ref.namespace(), objective.getSpec().targetRef().name());
        var managed = dataPaths.observed(target);
        return managed.map(known -> !isCurrent(objective, known))
                        .orElseGet(() -> existence.apply(target) != Existence.NO)
                ? Optional.empty()
                : Optional.of(new AtTarget(managed.map(known -> known.outcome().about(ref))));
    }
}
