package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.deploy.AllowedPlacement;
import dev.datapath.operator.deploy.DeploySettings;
import dev.datapath.operator.deploy.DeploySettings.NetworkPolicyMode;
import dev.datapath.operator.deploy.GatewayObjects;
import dev.datapath.operator.engine.DataPaths;
import dev.datapath.operator.engine.DecisionKeeper;
import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.engine.Publisher;
import dev.datapath.operator.engine.StateStore;
import dev.datapath.operator.engine.Step;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Terms;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.status.DataPathStatuses;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.PoolStatuses;
import dev.datapath.operator.xds.DataPathSync;
import dev.datapath.operator.xds.ResourceType;
import dev.datapath.operator.xds.ScriptedEnvoy;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Decided node weights change often: no object that users or gateways depend on is written for them. */
@Tag("tier2")
class MovingWeightsTest {
    private static final ObjectKey KEY = new ObjectKey("ai", "training");
    private static final int SECONDS = 300;
    private static final DeploySettings SETTINGS = new DeploySettings(
            "datapath/gateway:0.1.0",
            "IfNotPresent",
            List.of(),
            new DeploySettings.Operator("datapath-system", Map.of("app", "operator"), 18_000),
            Map.of(),
            NetworkPolicyMode.IngressAndEgress,
            false,
            Map.of(),
            new AllowedPlacement(Set.of(), Set.of(), true),
            true,
            Duration.ofSeconds(5),
            Duration.ofSeconds(10));
    private static final ResourceSet DECLARED = World.of("""
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: training, namespace: ai, uid: "1", generation: 1}
            spec:
              listeners: [{name: s3, protocol: HTTP, port: 8080}]
              poolRef: {name: store}
              gateway: {replicas: 1}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: store, namespace: ai, uid: "2", generation: 1}
            spec:
              nodes:
                static:
                - {name: node-1, address: 10.0.0.1, port: 80}
                - {name: node-2, address: 10.0.0.2, port: 80}
            """).resources(null);
    private static final Pod POD = Serialization.unmarshal("""
            apiVersion: v1
            kind: Pod
            metadata: {name: training-0, namespace: ai}
            status: {conditions: [{type: Ready, status: "True"}]}
            """, Pod.class);

    private final SnapshotStore store = new SnapshotStore();
    private final Publisher publisher = new Publisher(store, RenderOptions::pod);
    private final DataPaths dataPaths = new DataPaths(publisher, findings -> {}, decided -> {});
    private final LastGoodKeeper lastGood = new LastGoodKeeper(name -> Optional.empty(), this::now);
    private final PolicyHandover network = new PolicyHandover(name -> Optional.empty());
    private final Records records = new Records();
    private final DecisionKeeper keeper = new DecisionKeeper(records, new SimpleMeterRegistry(), this::now);
    private Instant now = DECLARED.now();

    private final Set<Object> statuses = new LinkedHashSet<>();
    private final List<StoragePoolStatus> pools = new ArrayList<>();
    private final Set<Object> secrets = new LinkedHashSet<>();
    private final Set<Object> policies = new LinkedHashSet<>();
    private DataPathStatus status;

    /** Replaces the ConfigMaps. */
    private static final class Records implements StateStore {
        private int writes;

        @Override
        public String place(ObjectKey dataPath) {
            return "memory";
        }

        @Override
        public Optional<String> read(DataPath dataPath) {
            return Optional.empty();
        }

        @Override
        public void write(DataPath dataPath, String text) {
            writes++;
        }

        @Override
        public void delete(ObjectKey dataPath) {}
    }

    @Test
    void frequentWeightChangesWriteNoOtherObjects() throws IOException {
        try (var server = XdsServer.builder(store).start();
                var gateway = new ScriptedEnvoy(server.port(), KEY.toString(), "training-0")) {
            var managed = dataPaths.of(KEY, DECLARED.dataPath());
            reconcile(managed, server);
            gateway.startUp("s3", "pool/store");
            await().until(() -> sync(server).synced(version(managed)));
            reconcile(managed, server);
            reconcile(managed, server);
            assertThat(programmed()).startsWith("True");
            var transition = status.conditions().toString();
            statuses.clear();
            statuses.add(status);
            policies.retainAll(Set.of(networkPolicy(managed)));
            pools.clear();

            int pushes = 0;
            for (int second = 1; second <= SECONDS; second++) {
                now = DECLARED.now().plusSeconds(second);
                dataPaths.decide(KEY, weights(second));
                var before = store.base(KEY.toString());
                reconcile(managed, server);
                if (store.base(KEY.toString()) != before) {
                    var endpoints = gateway.expect(ResourceType.ENDPOINT);
                    soon().until(() -> endpointsUnderWay(server));
                    reconcile(managed, server);
                    gateway.ack(endpoints);
                    soon().until(() -> !endpointsUnderWay(server));
                    pushes++;
                }
                reconcile(managed, server);
            }

            assertThat(pushes).as("other weights that gateways got").isEqualTo(SECONDS / 3);
            assertThat(records.writes).isEqualTo(SECONDS / 3);
            assertThat(statuses).as("status of the DataPath").hasSize(1);
            assertThat(status.conditions()).hasToString(transition);
            assertThat(secrets).as("last good configuration").hasSize(1);
            assertThat(policies).hasSize(1);
            assertThat(pools).as("status of the StoragePool").hasSize(SECONDS / 10);
            assertThat(store.base(KEY.toString()).intent()).isEqualTo(version(managed));
        }
    }

    /** Performs the steps of the DataPath and StoragePool reconcilers without an API server. */
    private void reconcile(ManagedDataPath managed, XdsServer server) {
        var dataPath = DECLARED.dataPath();
        keeper.keep(managed, dataPath);
        var step = managed.compile(at(now));
        managed.take(step, publisher, 1);
        if (step instanceof Step.Compiled && !statuses.isEmpty()) {
            assertThat(managed.pendingSince()).as("the plan did not change").isZero();
        }
        var version = version(managed);
        var fleet = new Fleet(
                1,
                GatewayPods.views(List.of(POD), sync(server), version, "operator:18000"),
                managed.outcome().version(),
                1,
                managed.outcome().defect());
        if (managed.awaitsAcknowledgement() && fleet.delivered()) {
            managed.acknowledged();
            managed.takePendingSince();
        }
        var plan = managed.outcome().plan();
        lastGood.secret(dataPath, managed.publication().orElseThrow(), plan, !managed.awaitsAcknowledgement())
                .ifPresent(secrets::add);
        policies.add(networkPolicy(managed));
        status = DataPathStatuses.of(
                dataPath,
                1,
                new DataPathStatuses.Observation(
                        managed.outcome().findings(), managed.outcome().attachments(), fleet, List.of(), null),
                status,
                now);
        statuses.add(status);
        var before = pools.isEmpty() ? null : pools.getLast();
        var pool = PoolStatuses.of(
                DECLARED.pools().getFirst(),
                1,
                new PoolStatuses.Observation(
                        List.of(),
                        managed.outcome().pool("store").orElseThrow(),
                        managed.outcome().adjustments().ofPool("store"),
                        List.of(healthy("10.0.0.1"), healthy("10.0.0.2"))),
                before,
                now);
        if (!pool.equals(before)) {
            pools.add(pool);
        }
    }

    private HasMetadata networkPolicy(ManagedDataPath managed) {
        var policy = GatewayObjects.networkPolicy(
                        DECLARED.dataPath(), managed.outcome().plan(), DECLARED.pools(), SETTINGS)
                .orElseThrow();
        return network.during(DECLARED.dataPath(), policy, !managed.awaitsAcknowledgement());
    }

    private Decisions weights(int second) {
        return new Decisions(List.of(new NodeWeight(
                new Node("store", "node-1"),
                second % 60 + 1,
                new Terms("slower than the others", now, now.plusSeconds(10), now.plusSeconds(60)))));
    }

    private String programmed() {
        return status.conditions().stream()
                .filter(condition -> condition.getType().equals("Programmed"))
                .map(condition -> condition.getStatus())
                .findFirst()
                .orElse("");
    }

    private static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    private static NodeReport healthy(String address) {
        return new NodeReport("training-0", address, 80, NodeReport.Health.HEALTHY);
    }

    private static boolean endpointsUnderWay(XdsServer server) {
        return sync(server)
                        .gateways()
                        .getFirst()
                        .types()
                        .get(ResourceType.ENDPOINT)
                        .waitingSince()
                != null;
    }

    private static DataPathSync sync(XdsServer server) {
        return server.sync().of(KEY.toString());
    }

    private static String version(ManagedDataPath managed) {
        return managed.publication().orElseThrow().version();
    }

    private Instant now() {
        return now;
    }

    private static ResourceSet at(Instant moment) {
        return new ResourceSet(
                DECLARED.dataPath(),
                DECLARED.pools(),
                DECLARED.policies(),
                DECLARED.objectives(),
                DECLARED.secrets(),
                DECLARED.configMaps(),
                DECLARED.discovery(),
                DECLARED.lastGood(),
                moment,
                DECLARED.environment());
    }
}
