package dev.datapath.operator.standalone;

import dev.datapath.operator.plan.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Holds back the first plan of a DataPath until the names in it were looked up: without their nodes it would take them away from
 * gateways that run since before this operator. Not for long, for a name service may be away. Confined to the thread of the
 * control loop.
 */
final class FirstLookUps {
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Map<ObjectKey, Instant> until = new HashMap<>();

    /**
     * Whether a DataPath that has no plan yet should wait.
     *
     * @param names that it needs
     * @param known names that were looked up, with or without success
     */
    boolean wait(ObjectKey dataPath, Collection<String> names, Collection<String> known, Instant now) {
        boolean waits =
                !known.containsAll(names) && now.isBefore(until.computeIfAbsent(dataPath, first -> now.plus(PATIENCE)));
        if (!waits) {
            until.remove(dataPath);
        }
        return waits;
    }

    /** Whether any DataPath waits. */
    boolean underWay() {
        return !until.isEmpty();
    }

    /** When the first of them waits no longer. */
    Optional<Instant> end() {
        return until.values().stream().min(Instant::compareTo);
    }

    /** Forgets all DataPaths but these. */
    void retain(Collection<ObjectKey> dataPaths) {
        until.keySet().retainAll(dataPaths);
    }
}
