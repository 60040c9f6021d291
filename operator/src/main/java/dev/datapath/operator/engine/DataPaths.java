package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.UnreadObject;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The existing DataPaths. Thread-safe. */
public final class DataPaths {
    private final Consumer<Collection<Finding>> findings;
    private final Publisher publisher;
    private final ConcurrentMap<ObjectKey, ManagedDataPath> present = new ConcurrentHashMap<>();
    private final ConfigurationRoom room;
    private final Consumer<ObjectKey> decided;

    /**
     * @param findings receives all current findings when they may have changed
     * @param decided notified of a DataPath with new decisions; schedules its next step
     */
    public DataPaths(Publisher publisher, Consumer<Collection<Finding>> findings, Consumer<ObjectKey> decided) {
        this.publisher = publisher;
        this.findings = findings;
        this.decided = decided;
        room = new ConfigurationRoom(Runtime.getRuntime().maxMemory(), this::bytes);
    }

    /** The state of a DataPath, created on first use. The state of an earlier one with the same name is dropped. */
    public ManagedDataPath of(ObjectKey key, DataPath dataPath) {
        var known = present.get(key);
        if (known != null && known.is(dataPath)) {
            return known;
        }
        if (known != null) {
            remove(known);
        }
        return present.computeIfAbsent(key, name -> new ManagedDataPath(name, dataPath));
    }

    /** The state of a DataPath; empty before its first reconciliation. */
    public Optional<ManagedDataPath> find(ObjectKey key) {
        return Optional.ofNullable(present.get(key));
    }

    /**
     * Proposes new decisions on a DataPath. Has no effect when there is no such DataPath. May be called by any thread.
     *
     * @param all all decisions on it; they replace all earlier ones
     */
    public void decide(ObjectKey key, Decisions all) {
        find(key).ifPresent(known -> {
            known.decide(all);
            decided.accept(key);
        });
    }

    /** A DataPath whose gateways were observed; empty until then. */
    public Optional<ManagedDataPath> observed(ObjectKey key) {
        return find(key).filter(dataPath -> dataPath.fleet().isPresent());
    }

    /** The DataPaths of a namespace whose gateways were observed. */
    public Stream<ManagedDataPath> observedIn(String namespace) {
        return all().filter(dataPath ->
                dataPath.key().namespace().equals(namespace) && dataPath.fleet().isPresent());
    }

    /** All DataPaths that were reconciled. */
    public Stream<ManagedDataPath> all() {
        return List.copyOf(present.values()).stream();
    }

    /**
     * Whether it is known which pools these DataPaths use: each was observed and has a plan, or cannot have one until its object is
     * fixed. This is false for a moment after this replica became leader, and while an unavailable API server prevents the first
     * plan.
     */
    public boolean havePlans(Collection<ObjectKey> dataPaths) {
        return dataPaths.stream()
                .allMatch(key -> observed(key)
                        .map(ManagedDataPath::outcome)
                        .map(outcome -> outcome.plan() != null
                                || !outcome.defect().isEmpty()
                                || UnreadObject.finding(outcome.dataPath()).isPresent())
                        .orElse(false));
    }

    /** The size limit for the gateway configuration of a DataPath in bytes, which depends on the sizes of the others. */
    public long room(ObjectKey key) {
        return room.of(key);
    }

    /** One DataPath was compiled, so the current findings may have changed. */
    public void compiled() {
        findings.accept(all().flatMap(known -> known.outcome().findings().stream())
                .distinct()
                .toList());
    }

    /** Removes a deleted DataPath. A new one with the same name, which may already exist, stays. */
    public void remove(ObjectKey key, DataPath dataPath) {
        find(key).filter(known -> known.is(dataPath)).ifPresent(this::remove);
    }

    /** Removes all DataPaths except these. */
    public void retain(Set<ObjectKey> keys) {
        all().filter(known -> !keys.contains(known.key())).forEach(this::remove);
    }

    private void remove(ManagedDataPath known) {
        if (present.remove(known.key(), known)) {
            publisher.withdraw(known.key());
            known.close();
            compiled();
        }
    }

    private Stream<ConfigurationRoom.Usage> bytes() {
        return all().map(known ->
                new ConfigurationRoom.Usage(known.key(), known.outcome().bytes()));
    }
}
