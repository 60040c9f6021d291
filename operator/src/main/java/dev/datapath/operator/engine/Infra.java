package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus.Address;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.status.Fleet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Port: what runs the gateways of DataPaths and knows how they are. One thread at a time works on a DataPath. A failure of what is behind
 * the port is part of the result; nothing is thrown for it.
 */
public interface Infra {
    /** The parts that gateways acknowledged while another operator led; none when that is not known. */
    LastGood remembered(ManagedDataPath managed, DataPath dataPath);

    /** Prepares what gateways need before they are given a plan, such as the network. A failure does not keep them from it. */
    void prepare(ManagedDataPath managed, GatewayPlan plan, ResourceSet inputs);

    /** Runs the gateways as a published plan asks for; does nothing when they run so. */
    Run run(ManagedDataPath managed, GatewayPlan plan, ResourceSet inputs);

    /** How the gateways are now. */
    Fleet observe(ManagedDataPath managed, Run run);

    /**
     * Stores what every ready gateway acknowledged for gateways that start without an operator, and for the operator after this one.
     *
     * @return why it is not stored; empty when it is
     */
    Optional<String> keep(ManagedDataPath managed, GatewayPlan plan);

    /** Findings about a DataPath that show only when it is run. */
    List<Finding> findings(ManagedDataPath managed);

    /** Where clients can connect. */
    List<Address> addresses(ManagedDataPath managed);

    /** How the gateways of a namespace see the nodes of a pool. */
    List<NodeReport> nodes(String namespace, String pool);

    /**
     * What came of running the gateways.
     *
     * @param blocked the problem that keeps them from being run as they should, for users
     * @param retry whether the same is worth another try soon
     * @param next how long until there is something to do though nothing changed
     */
    record Run(Optional<String> blocked, boolean retry, Optional<Duration> next) {
        /** Nothing is to be run, or all is as it should be. */
        public static final Run DONE = new Run(Optional.empty(), false, Optional.empty());

        /** The same with another pause until there is something to do. */
        public Run withNext(Optional<Duration> other) {
            return new Run(
                    blocked,
                    retry,
                    Stream.of(next, other).flatMap(Optional::stream).min(Duration::compareTo));
        }

        /** A problem that is worth another try soon. */
        public static Run blocked(String problem) {
            return new Run(Optional.of(problem), true, Optional.empty());
        }
    }
}
