package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Finding;
import dev.datapath.operator.control.ConfigurationRoom;
import dev.datapath.operator.control.DataPathRun;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.status.Fleet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What the leader made of each DataPath: written by the reconciler of DataPaths, read by those of other kinds. Safe for
 * several threads.
 */
final class Runs {

    /**
     * One DataPath that was reconciled.
     *
     * @param run its way to the gateways
     * @param fleet its gateways as they were seen last
     */
    record Reconciled(DataPathRun run, Fleet fleet) {}

    private final Consumer<Collection<Finding>> findings;
    private final Map<ObjectKey, DataPathRun> runs = new ConcurrentHashMap<>();
    private final Map<ObjectKey, Reconciled> reconciled = new ConcurrentHashMap<>();
    private final ConfigurationRoom room =
            new ConfigurationRoom(Runtime.getRuntime().maxMemory());

    /** @param findings told all findings in force when they may have changed */
    Runs(Consumer<Collection<Finding>> findings) {
        this.findings = findings;
    }

    /** The run of a DataPath, a new one when it is seen for the first time. */
    DataPathRun of(ObjectKey key, DataPath dataPath) {
        return runs.computeIfAbsent(key, name -> new DataPathRun(name, dataPath, Runs::unchanged));
    }

    /** Whether what is known under a DataPath's name is of this one, and not of another one that had its name before. */
    boolean isOf(DataPath dataPath) {
        var run = runs.get(Kinds.key(dataPath));
        return run != null
                && Objects.equals(
                        run.outcome().dataPath().getMetadata().getUid(),
                        dataPath.getMetadata().getUid());
    }

    /** How much gateway configuration a DataPath may become, in bytes: others have taken the rest. */
    long room(ObjectKey key) {
        return room.of(key);
    }

    /** A DataPath was compiled: other findings may be in force. */
    void compiled(DataPathRun run) {
        room.take(run.key(), run.outcome().bytes());
        compiled();
    }

    private void compiled() {
        findings.accept(runs.values().stream()
                .flatMap(known -> known.outcome().findings().stream())
                .distinct()
                .toList());
    }

    /**
     * Remembers how the gateways are.
     *
     * @return whether that is another state than before
     */
    boolean record(DataPathRun run, Fleet fleet) {
        return !fleet.equals(Optional.ofNullable(reconciled.put(run.key(), new Reconciled(run, fleet)))
                .map(Reconciled::fleet)
                .orElse(null));
    }

    /** A DataPath; empty until it was reconciled for the first time. */
    Optional<Reconciled> find(ObjectKey key) {
        return Optional.ofNullable(reconciled.get(key));
    }

    /** The DataPaths of a namespace that were reconciled. */
    Stream<Reconciled> in(String namespace) {
        return reconciled.entrySet().stream()
                .filter(entry -> entry.getKey().namespace().equals(namespace))
                .map(Map.Entry::getValue);
    }

    /**
     * Whether it is known what these DataPaths use: each was reconciled and has a plan. That is not so for a moment after this
     * operator came to lead, and as long as the API server keeps it from the first plan.
     */
    boolean havePlans(Collection<ObjectKey> dataPaths) {
        return dataPaths.stream()
                .allMatch(key -> find(key)
                        .map(known -> known.run().outcome().plan() != null)
                        .orElse(false));
    }

    /** All DataPaths that were seen. */
    Collection<ObjectKey> keys() {
        return List.copyOf(runs.keySet());
    }

    /** The DataPath does not exist any more. */
    void remove(ObjectKey key) {
        runs.remove(key);
        room.forget(key);
        reconciled.remove(key);
        compiled();
    }

    /** The specification counts of our own kinds, whose status changes often; anything at all of others. */
    static boolean unchanged(HasMetadata one, HasMetadata other) {
        if (one == other) {
            return true;
        }
        var before = one.getMetadata();
        var now = other.getMetadata();
        return before.getUid() != null
                && before.getUid().equals(now.getUid())
                && (one instanceof CustomResource
                        ? before.getGeneration() != null
                                && before.getGeneration().equals(now.getGeneration())
                        : Objects.equals(before.getResourceVersion(), now.getResourceVersion()));
    }
}
