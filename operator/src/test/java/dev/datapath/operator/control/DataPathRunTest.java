package dev.datapath.operator.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicySpec;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ObjectKey;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataPathRunTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");

    private final List<GatewayPlan> published = new ArrayList<>();
    private final DataPath first = dataPath(8080);
    private final DataPathRun run =
            new DataPathRun(new ObjectKey("ai", "training"), first, (one, other) -> one == other);

    @Test
    void publishesAPlanOnlyWhenItChanged() {
        assertThat(run.update(set(first, T0), this::publish, 1)).isTrue();
        assertThat(run.update(set(first, T0.plusSeconds(1)), this::publish, 2)).isFalse();
        assertThat(run.update(set(dataPath(8080), T0.plusSeconds(2)), this::publish, 3))
                .isTrue();
        assertThat(published).hasSize(1);
        assertThat(run.takePendingSince()).isEqualTo(1);

        run.update(set(dataPath(8081), T0.plusSeconds(3)), this::publish, 4);
        assertThat(published).hasSize(2);
        assertThat(run.takePendingSince()).isEqualTo(4);
    }

    @Test
    void looksAgainAfterAWhileBecauseCertificatesExpire() {
        run.update(set(first, T0), this::publish, 1);
        assertThat(run.update(set(first, T0.plus(DataPathRun.MAX_AGE)), this::publish, 2))
                .isTrue();
        assertThat(DataPathRun.MAX_AGE).isLessThanOrEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aDefectLeavesThePlanInForceAndIsSaid() {
        run.update(set(first, T0), this::publish, 1);
        var inForce = run.outcome().plan();
        run.update(
                set(dataPath(8081), T0),
                plan -> {
                    throw new IllegalStateException("boom");
                },
                2);
        assertThat(run.outcome().plan()).isSameAs(inForce);
        assertThat(run.outcome().defect()).contains("boom");

        run.update(set(dataPath(8082), T0), this::publish, 3);
        assertThat(run.outcome().defect()).isEmpty();
    }

    @Test
    void runsAPolicyOnceGatewaysAcknowledgedWhatWasMadeOfIt() {
        var policy = policy();
        run.update(set(first, T0, policy), this::publish, 1);
        assertThat(run.runs(policy)).isFalse();

        run.acknowledged();
        assertThat(run.runs(policy)).isTrue();
        assertThat(run.runs(policy())).as("another state of it").isFalse();

        run.update(set(dataPath(8081), T0, policy), this::publish, 2);
        assertThat(run.awaitsAcknowledgement()).isTrue();
        assertThat(run.runs(policy)).as("whatever happens to others").isTrue();
    }

    private static RoutingPolicy policy() {
        var policy = new RoutingPolicy();
        policy.setMetadata(
                new ObjectMetaBuilder().withNamespace("ai").withName("rules").build());
        policy.setSpec(new RoutingPolicySpec(List.of(), List.of()));
        return policy;
    }

    private String publish(GatewayPlan plan) {
        published.add(plan);
        return "version-" + published.size();
    }

    private static ResourceSet set(DataPath dataPath, Instant now, RoutingPolicy... policies) {
        return new ResourceSet(
                dataPath,
                List.of(),
                List.of(policies),
                List.of(),
                List.of(),
                List.of(),
                Discovery.NONE,
                LastGood.NONE,
                now,
                Environment.CLUSTER);
    }

    private static DataPath dataPath(int port) {
        var dataPath = new DataPath();
        dataPath.setMetadata(
                new ObjectMetaBuilder().withNamespace("ai").withName("training").build());
        dataPath.setSpec(new DataPathSpec(
                List.of(new Listener("s3", Listener.Protocol.HTTP, port, List.of(), List.of(), null)),
                null,
                null,
                null,
                null));
        return dataPath;
    }
}
