package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.status.Fleet;
import io.fabric8.kubernetes.client.CustomResource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of one DataPath during its existence: its inputs, the compiled and published plan, the acknowledgement of gateways, and
 * the state of other components for it. Dropping this object drops all of that. A failure in here is a defect of this program. It
 * leaves the plan in force and does not affect other DataPaths. One thread at a time may change it; all threads may read its
 * results.
 */
public final class ManagedDataPath implements AutoCloseable {
    /** Equal inputs are compiled again after this time, because certificates expire without a change of any object. */
    public static final Duration MAX_AGE = Duration.ofMinutes(1);

    /**
     * Minimum time between two changes of the decisions in status. A weight may change every second, and a status that is written
     * as often is of no use to readers.
     */
    public static final Duration SHOWN_PACE = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(ManagedDataPath.class.getName());

    private final ObjectKey key;
    private final String uid;
    private final EnvoyRenderer renderer = new EnvoyRenderer();
    private final Map<Class<?>, Object> memories = new ConcurrentHashMap<>();
    private final Map<Class<?>, Runnable> ends = new ConcurrentHashMap<>();
    private volatile Outcome outcome;
    /** Set after the outcome: a reader who finds an object in the inputs also finds the outcome for it. */
    private volatile @Nullable ResourceSet inputs;

    private volatile @Nullable ResourceSet acknowledged;
    private volatile @Nullable Publication publication;
    private volatile @Nullable Fleet fleet;
    private volatile boolean suspended;
    private final AtomicReference<@Nullable Decisions> proposed = new AtomicReference<>();
    private volatile Decisions decisions = Decisions.NONE;
    private volatile Adjustments adjustments = Adjustments.NONE;
    private volatile @Nullable Instant shownAt;
    private volatile List<Finding> notes = List.of();
    /** When the change was detected that not all gateways have acknowledged yet, as {@link System#nanoTime}; 0 for none. */
    private final AtomicLong pendingSince = new AtomicLong();

    ManagedDataPath(ObjectKey key, DataPath dataPath) {
        this.key = key;
        uid = uid(dataPath);
        outcome = Outcome.none(dataPath);
    }

    /** Namespace and name of the DataPath. */
    public ObjectKey key() {
        return key;
    }

    /** Whether this is the state of the given DataPath, and not of an earlier one with the same name. */
    public boolean is(DataPath dataPath) {
        return uid.equals(uid(dataPath));
    }

    /**
     * Proposes new decisions, which replace all earlier ones. They take effect once they are stored, see {@link DecisionKeeper}.
     * May be called by any thread; see {@link DataPaths#decide}.
     */
    void decide(Decisions all) {
        proposed.set(all);
    }

    /** The decisions that are proposed but not stored yet; empty when there are none. */
    Optional<Decisions> proposed() {
        return Optional.ofNullable(proposed.get());
    }

    /** The decisions that are stored, whether in force or not. */
    public Decisions decisions() {
        return decisions;
    }

    /** Sets the stored decisions, which are in force from the next step on. */
    void enact(Decisions stored) {
        decisions = stored;
        proposed.compareAndSet(stored, null);
    }

    /** Replaces the findings on its decisions. */
    void note(List<Finding> findings) {
        if (!findings.equals(notes)) {
            var others = new ArrayList<>(outcome.findings());
            others.removeAll(notes);
            others.addAll(findings);
            notes = findings;
            outcome = outcome.withFindings(others);
        }
    }

    /**
     * Compiles the inputs, unless they equal those of the last {@link #take}. If only decisions have changed, the plan is not
     * compiled again. Has no side effects.
     */
    public Step compile(ResourceSet set) {
        var before = inputs;
        if (before != null && before.isLike(set, MAX_AGE)) {
            return adjust(set.now());
        }
        try {
            var compilation = Compiler.compile(set.with(decisions));
            boolean changed = !compilation.plan().equals(outcome.plan());
            return new Step.Compiled(set, compilation, changed ? compilation.plan() : null);
        } catch (RuntimeException | StackOverflowError e) {
            // The compiler never throws. If it does because of a defect, other DataPaths must not be affected.
            return new Step.Failed(set, e);
        }
    }

    /** Computes which decisions are in force now for the current plan, also when the inputs are unknown. Has no side effects. */
    public Step adjust(Instant now) {
        var plan = outcome.plan();
        var next = plan == null ? Adjustments.NONE : Compiler.adjustments(plan, decisions, now);
        return next.equals(adjustments) && shown(next, now).equals(outcome.adjustments())
                ? new Step.Unchanged()
                : new Step.Adjusted(next, now);
    }

    /** When the next step is due without any event, because a decision expires or must be shown. Empty when none is due. */
    public Optional<Instant> nextStep() {
        var inForce = adjustments;
        var since = shownAt;
        return Stream.of(
                        inForce.nextExpiry(),
                        since == null || inForce.equals(outcome.adjustments())
                                ? Optional.<Instant>empty()
                                : Optional.of(since.plus(SHOWN_PACE)))
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    /**
     * Executes a step: renders and publishes a changed plan or changed decisions.
     *
     * @param seenNanos when the change was detected
     */
    public void take(Step step, Publisher publisher, long seenNanos) {
        switch (step) {
            case Step.Unchanged nothing -> {}
            case Step.Failed failed -> fail(failed.inputs(), failed.defect());
            case Step.Adjusted adjusted -> {
                try {
                    adjust(adjusted.adjustments(), publisher);
                    outcome = outcome.withAdjustments(show(adjusted.adjustments(), adjusted.now()));
                } catch (RuntimeException | StackOverflowError e) {
                    LOG.log(
                            System.Logger.Level.ERROR,
                            "decisions on DataPath " + key
                                    + " cannot be processed; its gateways keep the previous ones",
                            e);
                }
            }
            case Step.Compiled compiled -> {
                try {
                    take(compiled, publisher, seenNanos);
                    inputs = compiled.inputs();
                } catch (RuntimeException | StackOverflowError e) {
                    fail(compiled.inputs(), e);
                }
            }
        }
    }

    private void take(Step.Compiled compiled, Publisher publisher, long seenNanos) {
        var before = outcome;
        var plan = compiled.plan();
        var compilation = compiled.compilation();
        if (plan == null) {
            adjust(compilation.adjustments(), publisher);
        } else {
            publication = publisher.publish(renderer, plan, compilation.adjustments());
            adjustments = compilation.adjustments();
            pendingSince.set(seenNanos);
        }
        outcome = new Outcome(
                compiled.inputs().dataPath(),
                plan == null ? before.plan() : plan,
                show(adjustments, compiled.inputs().now()),
                publication == null ? "" : publication.shortVersion(),
                Stream.concat(compilation.findings().stream(), notes.stream()).toList(),
                compilation.attachments(),
                compilation.bytes(),
                "");
    }

    private void adjust(Adjustments next, Publisher publisher) {
        boolean others = !next.equals(adjustments);
        // Set first, because decisions that cannot be rendered must not be due repeatedly.
        adjustments = next;
        var plan = outcome.plan();
        var published = publication;
        if (plan != null && published != null && others) {
            publisher.adjust(renderer, published, plan, next);
        }
    }

    /** The decisions that status shows when these are in force. */
    private Adjustments shown(Adjustments next, Instant now) {
        var since = shownAt;
        boolean due = since == null || Duration.between(since, now).abs().compareTo(SHOWN_PACE) >= 0;
        return due ? next : outcome.adjustments();
    }

    private Adjustments show(Adjustments next, Instant now) {
        var shows = shown(next, now);
        if (!shows.equals(outcome.adjustments())) {
            shownAt = now;
        }
        return shows;
    }

    private void fail(ResourceSet set, Throwable defect) {
        LOG.log(
                System.Logger.Level.ERROR,
                "DataPath " + key + " cannot be processed; its gateways keep the previous configuration",
                defect);
        outcome = outcome.withDefect(set.dataPath(), defect.toString());
        inputs = set;
    }

    /** The outcome of the newest inputs. */
    public Outcome outcome() {
        return outcome;
    }

    /** The configuration that its gateways should run; empty before the first publication. */
    public Optional<Publication> publication() {
        return Optional.ofNullable(publication);
    }

    /** The parts of the plan in force that replace unusable declared parts. */
    public LastGood lastGood() {
        return LastGood.of(outcome.plan());
    }

    /** Records that every ready gateway runs the last published configuration. */
    public void acknowledged() {
        if (outcome.defect().isEmpty()) {
            acknowledged = inputs;
        }
    }

    /**
     * Whether gateways run this state of a policy: the acknowledged configuration was compiled from it. A later change of another
     * object, delivered or not, does not affect this.
     */
    public boolean runs(RoutingPolicy policy) {
        var inForce = acknowledged;
        return inForce != null && inForce.holds(policy);
    }

    /**
     * Whether the outcome, if read after this call, is for this state of a policy, a pool or an objective. False for a state that
     * is not compiled yet: the outcome is older then.
     */
    public boolean covers(CustomResource<?, ?> object) {
        var compiled = inputs;
        return compiled != null && compiled.holds(object);
    }

    /** Sets whether the current declaration cannot be compiled. While it cannot, the outcome of earlier inputs is reported. */
    public void suspend(boolean now) {
        suspended = now;
    }

    /** Whether compilation is suspended, because the DataPath is being deleted, or it or its inputs cannot be read. */
    public boolean suspended() {
        return suspended;
    }

    /** Whether the newest inputs have not been {@link #acknowledged} yet. */
    public boolean awaitsAcknowledgement() {
        return inputs != acknowledged;
    }

    /** When the change that gateways have not acknowledged was detected, in {@link System#nanoTime}; 0 when there is none. */
    public long pendingSince() {
        return pendingSince.get();
    }

    /** Returns {@link #pendingSince} and resets it. */
    public long takePendingSince() {
        return pendingSince.getAndSet(0);
    }

    /** The last observed state of its gateways; empty before the first observation. */
    public Optional<Fleet> fleet() {
        return Optional.ofNullable(fleet);
    }

    /**
     * Records the observed state of its gateways.
     *
     * @return whether the state changed
     */
    public boolean record(Fleet seen) {
        boolean changed = !seen.equals(fleet);
        fleet = seen;
        return changed;
    }

    /**
     * The state that another component keeps for this DataPath, by its class.
     *
     * @param first creates the state on first use
     */
    public <T> T memory(Class<T> kind, Supplier<T> first) {
        return kind.cast(memories.computeIfAbsent(kind, missing -> first.get()));
    }

    /**
     * Registers a task that runs when the DataPath is deleted.
     *
     * @param owner the component that registers it; only its first registration counts
     * @param end the task
     */
    public void until(Class<?> owner, Runnable end) {
        ends.putIfAbsent(owner, end);
    }

    /** Runs the registered tasks after the DataPath was deleted. */
    @Override
    public void close() {
        for (var end : ends.values()) {
            try {
                end.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "cleanup of DataPath " + key + " failed", e);
            }
        }
        memories.clear();
    }

    /** The uid; empty for objects from files. */
    private static String uid(DataPath dataPath) {
        var uid = dataPath.getMetadata().getUid();
        return uid == null ? "" : uid;
    }
}
