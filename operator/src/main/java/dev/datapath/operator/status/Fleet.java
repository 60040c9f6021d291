package dev.datapath.operator.status;

import dev.datapath.operator.envoy.admin.PortConflict;
import dev.datapath.operator.text.Listing;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The gateways of one DataPath and their desired configuration.
 *
 * @param desired the desired number of gateways
 * @param gateways the known gateways, by name
 * @param version content hash of the desired configuration; empty when there is none
 * @param listeners number of listeners in it
 * @param defect why the configuration could not be rendered, a defect of this program; empty without a defect
 * @param obstacle why the gateways cannot be run or reached as desired; null without an obstacle
 * @param shortage why there are fewer gateways than desired, or why none is desired, without a full stop; empty when
 *     unknown
 */
public record Fleet(
        int desired,
        List<GatewayView> gateways,
        String version,
        int listeners,
        String defect,
        @Nullable Obstacle obstacle,
        String shortage) {

    /** A message of a condition may have 32,768 characters (metav1.Condition), and a rejection has several hundred. */
    private static final int MOST_REJECTIONS = 10;

    private static final int MOST_GATEWAYS = 3;

    /** An obstacle outside the configuration. */
    public sealed interface Obstacle {
        /** The obstacle and the remedy. */
        String message();

        /** The objects that run the gateways are not in their desired state. */
        record Blocked(String message) implements Obstacle {}

        /** The gateways run, but have no address for clients yet. */
        record NoAddress(String message) implements Obstacle {}

        /**
         * The gateways run the configuration, but a gateway that starts without an operator would not.
         *
         * @param reason why the last good configuration is not stored
         */
        record NotStored(String reason) implements Obstacle {
            @Override
            public String message() {
                return "The gateways run it, but it could not be stored for gateways that start while no operator is available. Such gateways"
                        + " would start with an older configuration: " + reason;
            }
        }
    }

    public Fleet {
        gateways = List.copyOf(gateways);
    }

    /** The same fleet with an obstacle, unless it already has one. */
    public Fleet with(Obstacle other) {
        return new Fleet(desired, gateways, version, listeners, defect, obstacle == null ? other : obstacle, shortage);
    }

    /** A fleet without a known reason for missing gateways. */
    public Fleet(
            int desired,
            List<GatewayView> gateways,
            String version,
            int listeners,
            String defect,
            @Nullable Obstacle obstacle) {
        this(desired, gateways, version, listeners, defect, obstacle, "");
    }

    /** A fleet without an obstacle. */
    public Fleet(int desired, List<GatewayView> gateways, String version, int listeners, String defect) {
        this(desired, gateways, version, listeners, defect, null);
    }

    /** The {@code Programmed} condition: True only when every desired gateway acknowledged the current version. */
    ConditionDraft programmed() {
        if (!defect.isEmpty()) {
            return programmed(
                    ConditionStatus.False,
                    ProgrammedReason.Invalid,
                    "This configuration could not be rendered, so gateways keep the previous one: " + defect
                            + ". This is a defect of datapath; please report it with the objects.");
        }
        if (version.isEmpty() && obstacle instanceof Obstacle.Blocked blocked) {
            // Nothing could be compiled yet, so the listeners are unknown.
            return programmed(ConditionStatus.False, ProgrammedReason.Blocked, blocked.message());
        }
        if (listeners == 0) {
            return programmed(
                    ConditionStatus.False,
                    ProgrammedReason.Invalid,
                    "No listener can be served: see the findings on spec.listeners.");
        }
        // A gateway that runs the declared configuration, but rejects a decision of the operator, is in the warning
        // below.
        var rejecting = gateways.stream()
                .filter(gateway -> gateway.rejecting() && !gateway.synced())
                .toList();
        if (!rejecting.isEmpty()) {
            return programmed(ConditionStatus.False, ProgrammedReason.Rejected, rejected(rejecting));
        }
        if (obstacle instanceof Obstacle.Blocked blocked) {
            return programmed(ConditionStatus.False, ProgrammedReason.Blocked, blocked.message());
        }
        long synced = count(true, true);
        if (desired == 0) {
            return notWanted();
        }
        if (ready() == 0) {
            return notReady();
        }
        if (!allAcknowledged()) {
            return programmed(
                    ConditionStatus.False,
                    ProgrammedReason.Pending,
                    synced + "/" + desired + " gateways run " + version + problems());
        }
        if (obstacle instanceof Obstacle.NotStored notStored) {
            return programmed(ConditionStatus.False, ProgrammedReason.Pending, notStored.message());
        }
        if (obstacle instanceof Obstacle.NoAddress noAddress) {
            return programmed(ConditionStatus.False, ProgrammedReason.AddressNotAssigned, noAddress.message());
        }
        return programmed(
                ConditionStatus.True,
                ProgrammedReason.Programmed,
                (desired == 1 ? "The gateway runs " : "All " + desired + " gateways run ") + version + "." + warning());
    }

    /**
     * The {@code Programmed} condition of a part of the configuration.
     *
     * @param what the part, such as {@code the policy}
     * @param delivered whether gateways acknowledged a configuration that contains it as currently declared; pending
     *     changes of other objects then have no effect on it
     */
    ConditionDraft programmed(String what, boolean delivered) {
        if (delivered && ready() > 0) {
            return programmed(ConditionStatus.True, ProgrammedReason.Programmed, "The gateways run " + what + ".");
        }
        return isProgrammed()
                ? programmed(
                        ConditionStatus.False,
                        ProgrammedReason.Pending,
                        "The gateways run " + version + ", which does not contain the current version of " + what
                                + ": see the DataPath.")
                : programmed();
    }

    /** Whether {@code Programmed} is True for the DataPath. */
    public boolean isProgrammed() {
        return programmed().status() == ConditionStatus.True;
    }

    /** Whether as many gateways as desired serve, and each serving gateway acknowledged the current version. */
    public boolean allAcknowledged() {
        return delivered() && synced() >= desired;
    }

    /**
     * Whether each serving gateway acknowledged the current version, and at least one gateway serves. A gateway that
     * cannot run, because its node is lost or lacks resources, does not affect clients.
     */
    public boolean delivered() {
        return defect.isEmpty() && !version.isEmpty() && ready() > 0 && count(true, false) == 0;
    }

    /** Whether there is no obstacle and no rejection, and as many gateways as desired serve. */
    public boolean complete() {
        return defect.isEmpty() && obstacle == null && rejected() == 0 && desired > 0 && ready() >= desired;
    }

    /** The number of ready gateways. */
    public int ready() {
        return (int) gateways.stream().filter(GatewayView::ready).count();
    }

    /** The number of ready gateways that run the current version. */
    public int synced() {
        return (int) count(true, true);
    }

    /** The number of gateways that reject the configuration, or decisions of the operator. */
    public int rejected() {
        return (int) gateways.stream().filter(GatewayView::rejecting).count();
    }

    /** The ports that gateways could not open. */
    public List<PortConflict> portConflicts() {
        return gateways.stream()
                .flatMap(gateway -> PortConflict.of(gateway.name(), gateway.rejections()).stream())
                .toList();
    }

    private ConditionDraft notWanted() {
        return programmed(
                ConditionStatus.False,
                ready() == 0 ? ProgrammedReason.NoGateways : ProgrammedReason.Pending,
                (shortage.isEmpty() ? "No gateway is desired: increase spec.gateway.replicas" : shortage)
                        + (ready() == 0 ? "." : ". The previous gateways still serve."));
    }

    private ConditionDraft notReady() {
        var problems = problems();
        return programmed(
                ConditionStatus.False,
                ProgrammedReason.NoGateways,
                "No gateway is ready"
                        + (gateways.isEmpty() && problems.isEmpty() ? "; the gateways are starting" : problems));
    }

    private String rejected(List<GatewayView> rejecting) {
        var conflicts = portConflicts();
        var messages = conflicts.isEmpty()
                ? rejecting.stream()
                        .map(gateway -> "gateway " + gateway.name() + ": "
                                + Listing.of(gateway.rejections(), MOST_REJECTIONS, "; "))
                        .toList()
                : conflicts.stream().map(PortConflict::message).toList();
        return Listing.of(messages, MOST_GATEWAYS, "; ");
    }

    /**
     * The warning about a gateway that should replace a serving one but cannot (a stalled rollout), and about rejected
     * decisions.
     */
    private String warning() {
        var problems = listOfProblems();
        var rejecting = gateways.stream().filter(GatewayView::rejecting).toList();
        return (problems.isEmpty()
                        ? ""
                        : " Warning: " + problems + ". The serving gateways are kept until it is ready.")
                + (rejecting.isEmpty()
                        ? ""
                        : " Warning: decisions of the operator, such as weights of nodes, are rejected, and the previous ones stay"
                                + " in force: " + rejected(rejecting));
    }

    private String problems() {
        var problems = listOfProblems();
        return problems.isEmpty() ? "" : ": " + problems;
    }

    private String listOfProblems() {
        return Stream.concat(
                        gateways.stream()
                                .filter(gateway -> !gateway.problem().isEmpty())
                                .map(gateway -> "gateway " + gateway.name() + " " + gateway.problem()),
                        Stream.of(shortage).filter(reason -> !reason.isEmpty()))
                .collect(Collectors.joining("; "));
    }

    private long count(boolean ready, boolean synced) {
        return gateways.stream()
                .filter(gateway -> gateway.ready() == ready && gateway.synced() == synced)
                .count();
    }

    private static ConditionDraft programmed(ConditionStatus status, ProgrammedReason reason, String message) {
        return ConditionDraft.of(ConditionName.Programmed, status, reason, message);
    }
}
