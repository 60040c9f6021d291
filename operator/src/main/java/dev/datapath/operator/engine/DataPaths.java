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

/** The DataPaths that exist. Safe for several threads. */
public final class DataPaths {
    private final Consumer<Collection<Finding>> findings;
    private final Publisher publisher;
    private final ConcurrentMap<ObjectKey, ManagedDataPath> present = new ConcurrentHashMap<>();
    private final ConfigurationRoom room;
    private final Consumer<ObjectKey> decided;

    /**
     * @param findings told all findings in force when they may have changed
     * @param decided notified of a DataPath with new decisions; schedules its next step
     */
    public DataPaths(Publisher publisher, Consumer<Collection<Finding>> findings, Consumer<ObjectKey> decided) {
        this.publisher = publisher;
        this.findings = findings;
        this.decided = decided;
        room = new ConfigurationRoom(Runtime.getRuntime().maxMemory(), this::bytes);
    }

    /** A DataPath, a new one when it is seen for the first time: what is remembered of another one of its name is dropped. */
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

    /** A DataPath; empty until it was seen. */
    public Optional<ManagedDataPath> find(ObjectKey key) {
        return Optional.ofNullable(present.get(key));
    }

    /**
     * The operator decided something about a DataPath; nothing happens when there is no such DataPath. For any thread.
     *
     * @param all everything that is decided about it: takes the place of all decisions before
     */
    public void decide(ObjectKey key, Decisions all) {
        find(key).ifPresent(known -> {
            known.decide(all);
            decided.accept(key);
        });
    }

    /** A DataPath of which it is known how its gateways are; empty until then. */
    public Optional<ManagedDataPath> observed(ObjectKey key) {
        return find(key).filter(dataPath -> dataPath.fleet().isPresent());
    }

    /** Those of a namespace of which it is known how their gateways are. */
    public Stream<ManagedDataPath> observedIn(String namespace) {
        return all().filter(dataPath ->
                dataPath.key().namespace().equals(namespace) && dataPath.fleet().isPresent());
    }

    /** All that were seen. */
    public Stream<ManagedDataPath> all() {
        return List.copyOf(present.values()).stream();
    }

    /**
     * Whether it is known what these DataPaths use: each was observed and has a plan, or can have none until somebody corrects it. That is
     * not so for a moment after this operator came to lead, and as long as the API server keeps it from the first plan.
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

    /** How much gateway configuration a DataPath may become, in bytes: others have taken the rest. */
    public long room(ObjectKey key) {
        return room.of(key);
    }

    /** One of them was compiled: other findings may be in force. */
    public void compiled() {
        findings.accept(all().flatMap(known -> known.outcome().findings().stream())
                .distinct()
                .toList());
    }

    /** The DataPath does not exist any more. Another one of its name, which may be there already, stays. */
    public void remove(ObjectKey key, DataPath dataPath) {
        find(key).filter(known -> known.is(dataPath)).ifPresent(this::remove);
    }

    /** No other DataPaths than these exist. */
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

    private Stream<ConfigurationRoom.Taken> bytes() {
        return all().map(known ->
                new ConfigurationRoom.Taken(known.key(), known.outcome().bytes()));
    }
}
