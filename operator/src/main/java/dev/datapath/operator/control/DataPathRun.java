package dev.datapath.operator.control;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.Finding;
import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.plan.PoolPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One DataPath on its way to its gateways: compile → render → publish. A failure in here, which is a defect of this program,
 * leaves the plan in force and concerns no other DataPath. One thread at a time may {@link #update}; what came of it can be
 * read by all.
 */
public final class DataPathRun {
    /** Certificates expire without any object changing: after this time equal inputs are compiled again. */
    public static final Duration MAX_AGE = Duration.ofMinutes(1);

    private static final System.Logger LOG = System.getLogger(DataPathRun.class.getName());

    /**
     * What came of the newest inputs.
     *
     * @param dataPath the DataPath as it was declared
     * @param plan the plan in force; null until the first one was published
     * @param version content version of what was published; empty until then. Status shows it as {@code configVersion}
     * @param findings what is wrong, of any object that the DataPath depends on
     * @param attachedPolicies for each listener, how many policies have a rule in force there
     * @param bytes how much gateway configuration the plan in force is, estimated
     * @param defect why the newest inputs could not be processed; empty when they could
     */
    public record Outcome(
            DataPath dataPath,
            @Nullable GatewayPlan plan,
            String version,
            List<Finding> findings,
            Map<String, Integer> attachedPolicies,
            long bytes,
            String defect) {
        public Outcome {
            findings = List.copyOf(findings);
            attachedPolicies = Map.copyOf(attachedPolicies);
        }

        /** What is wrong with one object. */
        public List<Finding> about(ObjectRef object) {
            return findings.stream()
                    .filter(finding -> finding.object().equals(object))
                    .toList();
        }

        /** How the gateways use a pool of their namespace; none when they do not. */
        public Optional<PoolPlan> pool(String name) {
            return plan == null
                    ? Optional.empty()
                    : plan.pools().stream()
                            .filter(pool -> pool.name().equals(name))
                            .findFirst();
        }
    }

    private final ObjectKey key;
    private final BiPredicate<? super HasMetadata, ? super HasMetadata> unchanged;
    private volatile Outcome outcome;
    private volatile @Nullable ResourceSet inputs;
    private volatile @Nullable ResourceSet acknowledged;
    /** When the change was seen that gateways have not all acknowledged yet, as {@link System#nanoTime}; 0 for none. */
    private final AtomicLong pendingSince = new AtomicLong();

    /** @param unchanged whether two states of one object mean the same to compile */
    public DataPathRun(
            ObjectKey key, DataPath dataPath, BiPredicate<? super HasMetadata, ? super HasMetadata> unchanged) {
        this.key = key;
        this.unchanged = unchanged;
        outcome = new Outcome(dataPath, null, "", List.of(), Map.of(), 0, "");
    }

    /**
     * Compiles what is declared now and hands a changed plan on.
     *
     * @param publish renders and publishes, and returns the content version of that; called only with a plan that differs
     *     from the one in force
     * @param seenNanos when the change was seen
     * @return whether anything was compiled: equal inputs are not compiled again
     */
    public boolean update(ResourceSet set, Function<GatewayPlan, String> publish, long seenNanos) {
        var before = inputs;
        if (before != null && same(before, set)) {
            return false;
        }
        inputs = set;
        try {
            take(set, publish, seenNanos);
        } catch (RuntimeException | StackOverflowError e) {
            // The compiler and the renderer take anything; if one does not, the others' DataPaths must not notice.
            LOG.log(
                    System.Logger.Level.ERROR,
                    "DataPath " + key + " cannot be processed; its gateways keep the configuration before",
                    e);
            var kept = outcome;
            outcome = new Outcome(
                    set.dataPath(),
                    kept.plan(),
                    kept.version(),
                    kept.findings(),
                    kept.attachedPolicies(),
                    kept.bytes(),
                    e.toString());
        }
        return true;
    }

    private void take(ResourceSet set, Function<GatewayPlan, String> publish, long seenNanos) {
        var compilation = Compiler.compile(set);
        var before = outcome;
        boolean changed = !compilation.plan().equals(before.plan());
        outcome = new Outcome(
                set.dataPath(),
                changed ? compilation.plan() : before.plan(),
                changed ? publish.apply(compilation.plan()) : before.version(),
                compilation.findings(),
                compilation.attachedPolicies(),
                compilation.bytes(),
                "");
        if (changed) {
            pendingSince.set(seenNanos);
        }
    }

    /** Which DataPath. */
    public ObjectKey key() {
        return key;
    }

    /** What came of the newest inputs. */
    public Outcome outcome() {
        return outcome;
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
        return inForce != null
                && inForce.policies().stream()
                        .anyMatch(known -> known.getMetadata()
                                        .getName()
                                        .equals(policy.getMetadata().getName())
                                && unchanged.test(known, policy));
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

    private boolean same(ResourceSet one, ResourceSet other) {
        return unchanged.test(one.dataPath(), other.dataPath())
                && same(one.pools(), other.pools())
                && same(one.policies(), other.policies())
                && same(one.objectives(), other.objectives())
                && same(one.secrets(), other.secrets())
                && same(one.configMaps(), other.configMaps())
                && one.discovery().equals(other.discovery())
                && Duration.between(one.now(), other.now()).compareTo(MAX_AGE) < 0;
    }

    private boolean same(List<? extends HasMetadata> one, List<? extends HasMetadata> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (!unchanged.test(one.get(i), other.get(i))) {
                return false;
            }
        }
        return true;
    }
}
