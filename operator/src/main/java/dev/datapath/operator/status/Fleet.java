package dev.datapath.operator.status;

import dev.datapath.operator.envoy.admin.PortConflict;
import dev.datapath.operator.text.Listing;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The gateways of one DataPath and what they should run.
 *
 * @param desired how many there should be
 * @param gateways those that are known, by name
 * @param version content hash of what they should run; empty when there is nothing to run
 * @param listeners how many listeners that holds
 * @param defect why the configuration could not be made, a defect of this program; empty when it could
 * @param obstacle what keeps the gateways from being run or reached as they should; null when nothing does
 * @param shortage why there are fewer than there should be, or none should be, without a full stop; empty when it is not known
 */
public record Fleet(
        int desired,
        List<GatewayView> gateways,
        String version,
        int listeners,
        String defect,
        @Nullable Obstacle obstacle,
        String shortage) {

    /** A message of a condition may have 32,768 characters (metav1.Condition), and a rejection has some hundred. */
    private static final int MOST_REJECTIONS = 10;

    private static final int MOST_GATEWAYS = 3;

    /** Something outside of the configuration that is in the way. */
    public sealed interface Obstacle {
        /** For people: what it is, and what to do about it. */
        String message();

        /** The objects that run the gateways are not as they should be. */
        record Blocked(String message) implements Obstacle {}

        /** The gateways run, but clients have no address for them yet. */
        record NoAddress(String message) implements Obstacle {}

        /**
         * The gateways run it, and one that starts while no operator is there would not.
         *
         * @param reason why the last good configuration is not stored
         */
        record NotStored(String reason) implements Obstacle {
            @Override
            public String message() {
                return "The gateways run it, but it could not be stored for gateways that start while no operator is there, so these"
                        + " would start with an older configuration: " + reason;
            }
        }
    }

    public Fleet {
        gateways = List.copyOf(gateways);
    }

    /** The same fleet with something in its way, unless there is something already. */
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

    /** A fleet with nothing in its way. */
    public Fleet(int desired, List<GatewayView> gateways, String version, int listeners, String defect) {
        this(desired, gateways, version, listeners, defect, null);
    }

    /** The {@code Programmed} condition: true only when every gateway that should run acknowledged the current version. */
    ConditionDraft programmed() {
        if (!defect.isEmpty()) {
            return programmed(
                    ConditionStatus.False,
                    ProgrammedReason.Invalid,
                    "This configuration could not be rendered, so gateways keep the one before: " + defect
                            + ". This is a defect of datapath; please report it with the objects.");
        }
        if (version.isEmpty() && obstacle instanceof Obstacle.Blocked blocked) {
            // Nothing could be compiled yet, so nothing is known of the listeners.
            return programmed(ConditionStatus.False, ProgrammedReason.Blocked, blocked.message());
        }
        if (listeners == 0) {
            return programmed(
                    ConditionStatus.False,
                    ProgrammedReason.Invalid,
                    "No listener can be served: see the findings on spec.listeners.");
        }
        // One that runs what was declared and rejects a decision of the operator on top of it is in the warning below.
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
     * The {@code Programmed} condition of something that is part of the configuration.
     *
     * @param what for people, such as {@code the policy}
     * @param delivered whether gateways acknowledged a configuration that holds it as it is declared now; then changes of
     *     other objects that are still under way do not matter to it
     */
    ConditionDraft programmed(String what, boolean delivered) {
        if (delivered && ready() > 0) {
            return programmed(ConditionStatus.True, ProgrammedReason.Programmed, "The gateways run " + what + ".");
        }
        return isProgrammed()
                ? programmed(
                        ConditionStatus.False,
                        ProgrammedReason.Pending,
                        "The gateways run " + version + ", which does not hold " + what
                                + " as it is now: see the DataPath.")
                : programmed();
    }

    /** Whether {@code Programmed} holds for the DataPath. */
    public boolean isProgrammed() {
        return programmed().status() == ConditionStatus.True;
    }

    /** Whether there are as many gateways as there should be, and each one that serves acknowledged the current version. */
    public boolean allAcknowledged() {
        return delivered() && synced() >= desired;
    }

    /**
     * Whether each gateway that serves acknowledged the current version, and at least one does. One that cannot run, on a node that
     * is lost or for want of room, changes nothing for clients.
     */
    public boolean delivered() {
        return defect.isEmpty() && !version.isEmpty() && ready() > 0 && count(true, false) == 0;
    }

    /** Whether nothing is in the way, and as many gateways serve as there should be. */
    public boolean complete() {
        return defect.isEmpty() && obstacle == null && rejected() == 0 && desired > 0 && ready() >= desired;
    }

    /** How many are ready. */
    public int ready() {
        return (int) gateways.stream().filter(GatewayView::ready).count();
    }

    /** How many run the current version; one that does not serve does not count. */
    public int synced() {
        return (int) count(true, true);
    }

    /** How many reject it, or decisions of the operator on top of it. */
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
                (shortage.isEmpty() ? "No gateway should run: raise spec.gateway.replicas" : shortage)
                        + (ready() == 0 ? "." : ". Those of before still serve."));
    }

    private ConditionDraft notReady() {
        var problems = problems();
        return programmed(
                ConditionStatus.False,
                ProgrammedReason.NoGateways,
                "No gateway is ready"
                        + (gateways.isEmpty() && problems.isEmpty() ? "; they are being started" : problems));
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

    /** A gateway that should take the place of one that serves, and cannot: a rollout that stands still. */
    private String warning() {
        var problems = listOfProblems();
        var rejecting = gateways.stream().filter(GatewayView::rejecting).toList();
        return (problems.isEmpty() ? "" : " Warning: " + problems + ". Those that serve stay until it is ready.")
                + (rejecting.isEmpty()
                        ? ""
                        : " Warning: decisions of the operator, such as weights of nodes, are rejected, and those before stay"
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
