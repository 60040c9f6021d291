package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Decisions.Decision;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Subject;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.model.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores the decisions of all DataPaths, and restores those that an earlier operator stored.
 *
 * <p>A decision takes effect after it is stored, so a restarted operator or a new leader never has fewer decisions than gateways
 * run. The record of a DataPath is written at most once per {@link #PACE}. A decision that arrives later than that after the last
 * write is stored at once, and takes effect. An earlier one waits for the rest of that time. Of several decisions within that time
 * only the newest is stored, and the others never take effect. While the record cannot be written, the previous decisions stay in
 * force until they expire. The expiry of a decision needs no write.
 *
 * <p>A record that cannot be read, or is of a newer operator, is not used and stays until the next decision. It is reported by a
 * log line, a warning on the DataPath and a metric. Thread-safe, if each DataPath is processed by one thread at a time.
 */
public final class DecisionKeeper {
    /** Minimum time between two writes of the record of a DataPath. */
    public static final Duration PACE = Duration.ofSeconds(3);

    private static final System.Logger LOG = System.getLogger(DecisionKeeper.class.getName());

    private final StateStore store;
    private final InstantSource clock;
    private final Counter unread;
    private final Counter unwritten;

    /** The state of the record of one DataPath. */
    private static final class Kept {
        private boolean read;
        /** Whether there is a record of which some or all parts are not used. */
        private boolean unusable;

        private @Nullable Instant lastWrite;
        private String problem = "";
    }

    /** @param clock for elapsed time */
    public DecisionKeeper(StateStore store, MeterRegistry registry, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        unread = failures(registry, "read");
        unwritten = failures(registry, "write");
    }

    /**
     * Reads the record of a new DataPath, and stores proposed decisions when {@link #PACE} allows. Must be called before each step.
     */
    public void keep(ManagedDataPath managed, DataPath dataPath) {
        var kept = managed.memory(Kept.class, Kept::new);
        if (!kept.read) {
            kept.read = true;
            kept.unusable = !restore(managed, dataPath);
        }
        var proposed = managed.proposed();
        if (proposed.isEmpty()) {
            return;
        }
        if (!kept.unusable && proposed.get().equals(managed.decisions())) {
            managed.enact(proposed.get());
            return;
        }
        var now = clock.instant();
        if (!pause(kept, now).isPositive()) {
            kept.lastWrite = now;
            write(managed, dataPath, proposed.get(), kept);
        }
    }

    /** How long until a proposed decision is stored; empty when there is none. */
    Optional<Duration> pause(ManagedDataPath managed) {
        return managed.proposed().map(all -> pause(managed.memory(Kept.class, Kept::new), clock.instant()));
    }

    private static Duration pause(Kept kept, Instant now) {
        return kept.lastWrite == null ? Duration.ZERO : Duration.between(now, kept.lastWrite.plus(PACE));
    }

    /** Restores decisions. Returns false when some part of the record could not be read. */
    private boolean restore(ManagedDataPath managed, DataPath dataPath) {
        managed.until(DecisionKeeper.class, () -> delete(managed.key()));
        var place = store.place(managed.key());
        try {
            var text = store.read(dataPath);
            if (text.isEmpty()) {
                return true;
            }
            var found = DecisionRecord.read(dataPath, text.get());
            managed.enact(found.decisions());
            if (found.problem() == null) {
                return true;
            }
            unread(
                    managed,
                    "some of the operator's decisions in " + place + " cannot be read and are not used: "
                            + found.problem());
        } catch (IOException e) {
            unread(
                    managed,
                    "the operator's decisions in " + place + " cannot be read and are not used: " + e.getMessage());
        }
        return false;
    }

    private void unread(ManagedDataPath managed, String problem) {
        unread.increment();
        report(
                managed,
                problem + ". The next decisions of the operator replace them; to remove this warning, delete "
                        + store.place(managed.key()) + ", or run the version of the operator that wrote it");
    }

    private void write(ManagedDataPath managed, DataPath dataPath, Decisions decisions, Kept kept) {
        try {
            store.write(dataPath, DecisionRecord.write(dataPath, decisions));
        } catch (IOException e) {
            unwritten.increment();
            if (!kept.problem.equals(e.getMessage())) {
                kept.problem = String.valueOf(e.getMessage());
                report(
                        managed,
                        "new decisions of the operator are not in force, because they cannot be stored in "
                                + store.place(managed.key()) + ": " + kept.problem + ". This is retried every "
                                + PACE.toSeconds() + " s");
            }
            return;
        }
        log(managed.key(), managed.decisions(), decisions);
        kept.problem = "";
        kept.unusable = false;
        managed.note(List.of());
        managed.enact(decisions);
    }

    private static void report(ManagedDataPath managed, String problem) {
        var key = managed.key();
        LOG.log(System.Logger.Level.WARNING, "DataPath " + key + ": " + problem);
        managed.note(List.of(new Finding(
                new ObjectRef("DataPath", key.namespace(), key.name()),
                Finding.Severity.WARNING,
                Reason.Incomplete,
                "",
                problem)));
    }

    private void delete(ObjectKey key) {
        try {
            store.delete(key);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "DataPath " + key + " was deleted, but " + store.place(key) + " cannot be deleted: "
                            + e.getMessage());
        }
    }

    /** Logs a line for each subject with a first decision, or without a decision any more; not for each change of a value. */
    private static void log(ObjectKey key, Decisions before, Decisions now) {
        var old = bySubject(before);
        var next = bySubject(now);
        next.forEach((subject, decision) -> {
            if (!old.containsKey(subject)) {
                LOG.log(System.Logger.Level.INFO, "DataPath " + key + ": " + text(decision));
            }
        });
        old.keySet().stream()
                .filter(subject -> !next.containsKey(subject))
                .forEach(subject -> LOG.log(
                        System.Logger.Level.INFO,
                        "DataPath " + key + ": there is no decision on " + subject + " any more"));
    }

    private static String text(Decision decision) {
        var terms = decision.terms();
        var until = " until " + terms.expiresAt() + ": " + terms.reason();
        return switch (decision) {
            case NodeWeight weight -> weight.subject() + " gets " + weight.share() + " of its weight" + until;
        };
    }

    private static Map<Subject, Decision> bySubject(Decisions decisions) {
        return decisions.all().stream().collect(Collectors.toMap(Decision::subject, Function.identity()));
    }

    private static Counter failures(MeterRegistry registry, String operation) {
        return Counter.builder("datapath.state.failures")
                .description("Records of the operator's decisions that could not be read or written.")
                .tags("operation", operation)
                .register(registry);
    }
}
