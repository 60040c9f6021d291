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
 * All that is remembered of one DataPath while it exists: its inputs, what was compiled and published, what gateways acknowledged, and
 * what those who look after it need to know. Dropping it forgets everything. A failure in here, which is a defect of this program, leaves
 * the plan in force and concerns no other DataPath. One thread at a time works on it; what came of it can be read by all.
 */
public final class ManagedDataPath implements AutoCloseable {
    /** Certificates expire without any object changing: after this time equal inputs are compiled again. */
    public static final Duration MAX_AGE = Duration.ofMinutes(1);

    /**
     * Status shows other decisions in force at most once in this time, however often they change: a weight may move every second, and a
     * status that is written as often tells people nothing.
     */
    public static final Duration SHOWN_PACE = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(ManagedDataPath.class.getName());

    private final ObjectKey key;
    private final String uid;
    private final EnvoyRenderer renderer = new EnvoyRenderer();
    private final Map<Class<?>, Object> memories = new ConcurrentHashMap<>();
    private final Map<Class<?>, Runnable> ends = new ConcurrentHashMap<>();
    private volatile Outcome outcome;
    /** Set after what came of it: who finds an object in here finds the outcome that speaks of it. */
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
    /** When the change was seen that gateways have not all acknowledged yet, as {@link System#nanoTime}; 0 for none. */
    private final AtomicLong pendingSince = new AtomicLong();

    ManagedDataPath(ObjectKey key, DataPath dataPath) {
        this.key = key;
        uid = uid(dataPath);
        outcome = Outcome.none(dataPath);
    }

    /** Which DataPath. */
    public ObjectKey key() {
        return key;
    }

    /** Whether this is it, and not another one that had its name before. */
    public boolean is(DataPath dataPath) {
        return uid.equals(uid(dataPath));
    }

    /**
     * Proposes what the operator decided anew, all of it: it takes the place of all decisions before. It takes effect once it is stored, see
     * {@link DecisionKeeper}. For any thread; see {@link DataPaths#decide}.
     */
    void decide(Decisions all) {
        proposed.set(all);
    }

    /** The decisions that are proposed and not stored yet; empty when there are none. */
    Optional<Decisions> proposed() {
        return Optional.ofNullable(proposed.get());
    }

    /** The decisions that are stored, whether in force or not. */
    public Decisions decisions() {
        return decisions;
    }

    /** These decisions are stored: they are in force from the next step on. */
    void enact(Decisions stored) {
        decisions = stored;
        proposed.compareAndSet(stored, null);
    }

    /** What its owner should know about its decisions, in place of what was noted before. */
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
     * Compiles what is declared now, unless it is what was {@link #take taken} last. When only decisions changed since, the plan is not
     * compiled again. Changes nothing.
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
            // The compiler takes anything; if it does not, the others' DataPaths must not notice.
            return new Step.Failed(set, e);
        }
    }

    /** Which decisions are in force now with the plan of before: also where the inputs are not known. Changes nothing. */
    public Step adjust(Instant now) {
        var plan = outcome.plan();
        var next = plan == null ? Adjustments.NONE : Compiler.adjustments(plan, decisions, now);
        return next.equals(adjustments) && shown(next, now).equals(outcome.adjustments())
                ? new Step.Unchanged()
                : new Step.Adjusted(next, now);
    }

    /** When another step is due though nothing happens: a decision expires, or is to be shown. Empty when none is. */
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
     * Does what a step says: renders and publishes a changed plan, or other decisions.
     *
     * @param seenNanos when the change was seen
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
                            "decisions about DataPath " + key + " cannot be processed; its gateways keep those before",
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
        // First: what cannot be rendered is not due again and again.
        adjustments = next;
        var plan = outcome.plan();
        var published = publication;
        if (plan != null && published != null && others) {
            publisher.adjust(renderer, published, plan, next);
        }
    }

    /** What status shows when these are in force. */
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
                "DataPath " + key + " cannot be processed; its gateways keep the configuration before",
                defect);
        outcome = outcome.withDefect(set.dataPath(), defect.toString());
        inputs = set;
    }

    /** What came of the newest inputs. */
    public Outcome outcome() {
        return outcome;
    }

    /** What its gateways should run; empty until something was published. */
    public Optional<Publication> publication() {
        return Optional.ofNullable(publication);
    }

    /** The parts of the plan in force that stay where declared ones cannot be used. */
    public LastGood lastGood() {
        return LastGood.of(outcome.plan());
    }

    /** Every ready gateway runs what was published last. */
    public void acknowledged() {
        if (outcome.defect().isEmpty()) {
            acknowledged = inputs;
        }
    }

    /**
     * Whether gateways run this very state of a policy: what they acknowledged was made from it. A later change of something
     * else, delivered or not, leaves that so.
     */
    public boolean runs(RoutingPolicy policy) {
        var inForce = acknowledged;
        return inForce != null && inForce.holds(policy);
    }

    /**
     * Whether the outcome, read after this, speaks of this very state of a policy, a pool or an objective. One that was declared a moment
     * ago is not compiled yet, and what is known is older.
     */
    public boolean speaksOf(CustomResource<?, ?> object) {
        var compiled = inputs;
        return compiled != null && compiled.holds(object);
    }

    /**
     * What is declared now cannot be compiled, or can again. As long as it cannot, what came of earlier inputs is all there is to say.
     */
    public void suspend(boolean now) {
        suspended = now;
    }

    /** Whether nothing new is compiled until something else changes: the DataPath is being deleted, or it or its inputs cannot be read. */
    public boolean suspended() {
        return suspended;
    }

    /** Whether the newest inputs have not been {@link #acknowledged} yet. */
    public boolean awaitsAcknowledgement() {
        return inputs != acknowledged;
    }

    /** Since when gateways lag behind, in {@link System#nanoTime}; 0 when they do not. */
    public long pendingSince() {
        return pendingSince.get();
    }

    /** The same, asked for once. */
    public long takePendingSince() {
        return pendingSince.getAndSet(0);
    }

    /** Its gateways as they were seen last; empty until they were observed. */
    public Optional<Fleet> fleet() {
        return Optional.ofNullable(fleet);
    }

    /**
     * Remembers how its gateways are.
     *
     * @return whether that is another state than before
     */
    public boolean record(Fleet seen) {
        boolean changed = !seen.equals(fleet);
        fleet = seen;
        return changed;
    }

    /**
     * What somebody who looks after DataPaths remembers of this one.
     *
     * @param first makes it when it is asked for the first time
     */
    public <T> T memory(Class<T> kind, Supplier<T> first) {
        return kind.cast(memories.computeIfAbsent(kind, missing -> first.get()));
    }

    /**
     * Something goes on for this DataPath until it does not exist any more.
     *
     * @param owner who does it, once
     * @param end ends it
     */
    public void until(Class<?> owner, Runnable end) {
        ends.putIfAbsent(owner, end);
    }

    /** The DataPath does not exist any more. */
    @Override
    public void close() {
        for (var end : ends.values()) {
            try {
                end.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "what goes on for DataPath " + key + " is not ended", e);
            }
        }
        memories.clear();
    }

    /** Objects of files have none. */
    private static String uid(DataPath dataPath) {
        var uid = dataPath.getMetadata().getUid();
        return uid == null ? "" : uid;
    }
}
