package dev.datapath.operator.infra.cluster;

import static dev.datapath.operator.deploy.PublishedNode.State.Down;
import static dev.datapath.operator.deploy.PublishedNode.State.Draining;
import static dev.datapath.operator.deploy.PublishedNode.State.Ready;
import static dev.datapath.operator.model.NodeReport.Health.EJECTED;
import static dev.datapath.operator.model.NodeReport.Health.FAILED_CHECK;
import static dev.datapath.operator.model.NodeReport.Health.HEALTHY;
import static dev.datapath.operator.model.NodeReport.Health.UNCHECKED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.deploy.PublishedNode;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import dev.datapath.operator.plan.PoolPlans;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PublishedNodesTest {
    private static final List<Health> ALL_WELL = List.of(HEALTHY, HEALTHY, HEALTHY);

    @Test
    void aNodeWithoutReportsIsReady() {
        assertThat(published()).containsExactly(Ready, Ready, Draining);
        assertThat(published(List.of(UNCHECKED, UNCHECKED, UNCHECKED))).containsExactly(Ready, Ready, Draining);
    }

    @Test
    void aGatewayThatReachesNoNodeDoesNotTakeNodesDown() {
        var cutOff = List.of(FAILED_CHECK, FAILED_CHECK, FAILED_CHECK);
        assertThat(published(cutOff, ALL_WELL, ALL_WELL)).containsExactly(Ready, Ready, Draining);
        assertThat(published(cutOff, ALL_WELL)).containsExactly(Ready, Ready, Draining);
    }

    @Test
    void aNodeIsDownWhenMostGatewaysEjectIt() {
        var without = List.of(EJECTED, HEALTHY, HEALTHY);
        assertThat(published(without)).containsExactly(Down, Ready, Draining);
        assertThat(published(without, List.of(FAILED_CHECK, HEALTHY, HEALTHY), ALL_WELL))
                .containsExactly(Down, Ready, Draining);
        assertThat(published(without, ALL_WELL)).as("half of them").containsExactly(Ready, Ready, Draining);
        assertThat(published(without, List.of(UNCHECKED, UNCHECKED, UNCHECKED)))
                .as("one has just started")
                .containsExactly(Down, Ready, Draining);
    }

    @Test
    void aNodeKeepsItsPublishedStateWithoutReports() {
        var nodes = PublishedNodes.of(plan(), List.of(), node -> node.name().equals("one"));
        assertThat(nodes).extracting(PublishedNode::state).containsExactly(Down, Ready, Draining);
        var first = new NodeReport("training-0", "10.0.0.1", 9021, UNCHECKED);
        assertThat(PublishedNodes.of(plan(), List.of(first), node -> node.name().equals("two")))
                .extracting(PublishedNode::state)
                .containsExactly(Ready, Down, Draining);
    }

    @Test
    void whenAllNodesAreDownAllStayReady() {
        assertThat(published(List.of(FAILED_CHECK, EJECTED, HEALTHY))).containsExactly(Ready, Ready, Draining);
    }

    /** The states of two active nodes and one that is being drained, as gateways see the three. */
    @SafeVarargs
    private static List<PublishedNode.State> published(List<Health>... gateways) {
        var reports = IntStream.range(0, gateways.length)
                .boxed()
                .flatMap(gateway -> IntStream.range(0, 3)
                        .mapToObj(node -> new NodeReport(
                                "training-" + gateway, "10.0.0." + node, 9021, gateways[gateway].get(node))))
                .toList();
        var nodes = PublishedNodes.of(plan(), reports, node -> false);
        assertThat(nodes)
                .extracting(node -> node.address() + " " + node.port() + " " + node.zone())
                .containsExactly("10.0.0.0 9021 a", "10.0.0.1 9021 b", "10.0.0.2 9021 ");
        return nodes.stream().map(PublishedNode::state).toList();
    }

    private static PoolPlan plan() {
        return PoolPlans.of(List.of(
                new NodePlan("one", "10.0.0.0", 9021, "a", 100, false),
                new NodePlan("two", "10.0.0.1", 9021, "b", 100, false),
                new NodePlan("leaving", "10.0.0.2", 9021, "", 0, true)));
    }
}
