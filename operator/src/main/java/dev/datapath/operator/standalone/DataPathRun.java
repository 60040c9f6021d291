package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Compilation;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.Finding;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One DataPath on its way to its gateways: gather → compile → render → publish. A failure in here, which is a defect of this
 * program, leaves the plan in force and concerns no other DataPath. Confined to the thread of the control loop.
 */
final class DataPathRun {
    private static final System.Logger LOG = System.getLogger(DataPathRun.class.getName());

    private final ObjectKey key;
    private DataPath dataPath;
    private @Nullable ResourceSet inputs;
    private @Nullable GatewayPlan plan;
    private String version = "";
    private List<Finding> findings = List.of();
    private Map<String, Integer> attachedPolicies = Map.of();
    private String defect = "";
    /** When the change was seen that gateways have not all acknowledged yet, as {@link System#nanoTime}; 0 for none. */
    private long pendingSince;

    DataPathRun(ObjectKey key, DataPath dataPath) {
        this.key = key;
        this.dataPath = dataPath;
    }

    /**
     * Compiles what is declared now and hands a changed plan on.
     *
     * @param publish renders and publishes; called only with a plan that differs from the one in force
     * @param seenNanos when the change was seen
     * @return whether anything was compiled: equal inputs are not compiled again
     */
    boolean update(ResourceSet set, Consumer<GatewayPlan> publish, long seenNanos) {
        if (inputs != null && ResourceSets.same(inputs, set)) {
            return false;
        }
        dataPath = set.dataPath();
        inputs = set;
        try {
            take(Compiler.compile(set), publish, seenNanos);
            defect = "";
        } catch (RuntimeException | StackOverflowError e) {
            // The compiler and the renderer take anything; if one does not, the others' DataPaths must not notice.
            LOG.log(
                    System.Logger.Level.ERROR,
                    "DataPath " + key + " cannot be processed; its gateways keep the configuration before",
                    e);
            defect = e.toString();
        }
        return true;
    }

    private void take(Compilation compilation, Consumer<GatewayPlan> publish, long seenNanos) {
        if (!compilation.plan().equals(plan)) {
            publish.accept(compilation.plan());
            plan = compilation.plan();
            version = plan.contentHash().substring(0, 8);
            pendingSince = seenNanos;
        }
        findings = compilation.findings();
        attachedPolicies = compilation.attachedPolicies();
    }

    ObjectKey key() {
        return key;
    }

    DataPath dataPath() {
        return dataPath;
    }

    /** The plan in force; null until the first one was published. */
    @Nullable
    GatewayPlan plan() {
        return plan;
    }

    /** What status shows as {@code configVersion}: the first eight digits of the plan's hash. */
    String version() {
        return version;
    }

    List<Finding> findings() {
        return findings;
    }

    Map<String, Integer> attachedPolicies() {
        return attachedPolicies;
    }

    String defect() {
        return defect;
    }

    /** Whether a change waits for gateways to acknowledge it. */
    boolean pending() {
        return pendingSince != 0;
    }

    /** Since when gateways lag behind, in {@link System#nanoTime}; 0 when they do not. Asked for once. */
    long takePendingSince() {
        long since = pendingSince;
        pendingSince = 0;
        return since;
    }
}
