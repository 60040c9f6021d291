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
 * Port: runs and observes the gateways of DataPaths. A DataPath is processed by one thread at a time. Failures of the adapter's
 * backend are part of the result and are not thrown.
 */
public interface Infra {
    /** The parts that gateways acknowledged while another operator was leader; none when unknown. */
    LastGood remembered(ManagedDataPath managed, DataPath dataPath);

    /**
     * Prepares what gateways need before a plan is published, such as the NetworkPolicy. A failure does not prevent the
     * publication.
     */
    void prepare(ManagedDataPath managed, GatewayPlan plan, ResourceSet inputs);

    /** Runs gateways for a published plan. Does nothing when they already run as required. */
    Run run(ManagedDataPath managed, GatewayPlan plan, ResourceSet inputs);

    /** Observes the current state of the gateways. */
    Fleet observe(ManagedDataPath managed, Run run);

    /**
     * Stores the plan that every ready gateway acknowledged, for gateways that start without an operator and for the next leader.
     *
     * @return why it is not stored; empty on success
     */
    Optional<String> keep(ManagedDataPath managed, GatewayPlan plan);

    /** Findings on a DataPath that are only detected when it is run. */
    List<Finding> findings(ManagedDataPath managed);

    /** The addresses for clients. */
    List<Address> addresses(ManagedDataPath managed);

    /** Reports of the gateways of a namespace on the nodes of a pool. */
    List<NodeReport> nodes(String namespace, String pool);

    /**
     * The result of running the gateways.
     *
     * @param blocked the problem that prevents them from running as required, as a message for users
     * @param retry whether to retry soon
     * @param next how long until the next step is due without any change
     */
    record Run(Optional<String> blocked, boolean retry, Optional<Duration> next) {
        /** There is nothing to run, or everything is as required. */
        public static final Run DONE = new Run(Optional.empty(), false, Optional.empty());

        /** A copy with the earlier of both times until the next step. */
        public Run withNext(Optional<Duration> other) {
            return new Run(
                    blocked,
                    retry,
                    Stream.of(next, other).flatMap(Optional::stream).min(Duration::compareTo));
        }

        /** A problem that is retried soon. */
        public static Run blocked(String problem) {
            return new Run(Optional.of(problem), true, Optional.empty());
        }
    }
}
