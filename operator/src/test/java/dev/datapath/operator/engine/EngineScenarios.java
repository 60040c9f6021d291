package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.datapath.operator.model.ObjectRef;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scenarios with the behaviour that users see, run with each pair of adapters. Gateways acknowledge everything. */
public abstract class EngineScenarios {
    /** A new leader waits for the Lease of the previous one. */
    protected static final Duration PATIENCE = Duration.ofSeconds(60);

    protected static final ObjectRef TRAINING = new ObjectRef("DataPath", "ai", "training");
    protected static final ObjectRef STORE = new ObjectRef("StoragePool", "ai", "store");
    protected static final ObjectRef READS = new ObjectRef("RoutingPolicy", "ai", "reads");

    /** The only host that the test name service resolves. */
    protected static List<InetAddress> addresses(String namespace, String host) throws UnknownHostException {
        if (!host.equals("store.test")) {
            throw new UnknownHostException(host);
        }
        return List.of(InetAddress.getByAddress(host, new byte[] {10, 0, 0, 3}));
    }

    /** An environment in which DataPaths run. */
    public interface World extends AutoCloseable {
        /** Creates or replaces objects, one per document. */
        void apply(String yaml) throws Exception;

        void delete(ObjectRef object) throws Exception;

        /** The status of an object as JSON; a missing node when there is none. */
        JsonNode status(ObjectRef object) throws Exception;

        /** The listeners that were last sent to gateways of a namespace. */
        Set<String> listeners(String namespace);

        /** Replaces the operator by a new one. */
        void restart() throws Exception;
    }

    protected World world;

    protected abstract World start() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        world = start();
    }

    @AfterEach
    void end() throws Exception {
        world.close();
    }

    @Test
    public void changeReachesGatewaysAndStatus() throws Exception {
        apply(pool("ai", "10.0.0.1"), dataPath("ai", "clear", 8081));
        awaitCondition(TRAINING, "Programmed", "True");
        awaitCondition(STORE, "Accepted", "True");
        assertThat(world.listeners("ai")).containsExactly("clear");
        var before = world.status(TRAINING).at("/configVersion").asText();

        apply(dataPath("ai", "other", 8082));
        await().atMost(PATIENCE).until(() -> world.listeners("ai").equals(Set.of("other")));
        await().atMost(PATIENCE)
                .until(() ->
                        world.status(TRAINING).at("/listeners/0/name").asText().equals("other"));
        awaitCondition(TRAINING, "Programmed", "True");
        assertThat(world.status(TRAINING).at("/configVersion").asText())
                .isNotEmpty()
                .isNotEqualTo(before);
        assertThat(world.status(TRAINING).at("/observedGeneration").asInt()).isEqualTo(2);
    }

    @Test
    public void invalidObjectDoesNotAffectOthers() throws Exception {
        apply(pool("ai", "10.0.0.1"), dataPath("ai", "clear", 8081));
        awaitCondition(TRAINING, "Programmed", "True");
        var before = world.status(TRAINING).at("/configVersion").asText();

        apply(policy("missing"));
        awaitCondition(READS, "/ancestors/0/conditions", "ResolvedRefs", "False");
        awaitCondition(TRAINING, "Programmed", "True");
        assertThat(world.listeners("ai")).containsExactly("clear");

        apply(policy("store"));
        awaitCondition(READS, "/ancestors/0/conditions", "ResolvedRefs", "True");
        awaitCondition(READS, "/ancestors/0/conditions", "Programmed", "True");
        assertThat(world.status(TRAINING).at("/configVersion").asText()).isNotEqualTo(before);
    }

    @Test
    public void restartChangesNothing() throws Exception {
        apply(pool("ai", "10.0.0.1"), dataPath("ai", "clear", 8081), policy("store"));
        awaitCondition(TRAINING, "Programmed", "True");
        awaitCondition(READS, "/ancestors/0/conditions", "Programmed", "True");
        var dataPath = world.status(TRAINING);
        var pool = world.status(STORE);
        var policy = world.status(READS);

        world.restart();
        assertThat(world.status(TRAINING)).isEqualTo(dataPath);
        // A change after the restart shows that the new operator works.
        apply(dataPath("ai", "other", 8082));
        await().atMost(PATIENCE).until(() -> world.listeners("ai").equals(Set.of("other")));
        awaitCondition(TRAINING, "Programmed", "True");
        assertThat(condition(world.status(TRAINING).at("/conditions"), "Accepted")
                        .path("lastTransitionTime"))
                .isEqualTo(condition(dataPath.at("/conditions"), "Accepted").path("lastTransitionTime"));
        assertThat(world.status(STORE)).isEqualTo(pool);
        // It is unknown whether gateways run the policy until they have reconnected.
        assertThat(condition(world.status(READS).at("/ancestors/0/conditions"), "Accepted"))
                .isEqualTo(condition(policy.at("/ancestors/0/conditions"), "Accepted"));
    }

    @Test
    public void namespacesWithEqualNamesAreIndependent() throws Exception {
        apply(pool("ai", "10.0.0.1"), dataPath("ai", "clear", 8081));
        apply(pool("bi", "10.0.0.2"), dataPath("bi", "plain", 8083));
        var other = new ObjectRef("DataPath", "bi", "training");
        awaitCondition(TRAINING, "Programmed", "True");
        awaitCondition(other, "Programmed", "True");
        assertThat(world.listeners("ai")).containsExactly("clear");
        assertThat(world.listeners("bi")).containsExactly("plain");

        world.delete(TRAINING);
        await().atMost(PATIENCE).until(() -> world.listeners("ai").isEmpty());
        awaitCondition(other, "Programmed", "True");
        assertThat(world.listeners("bi")).containsExactly("plain");
    }

    @Test
    public void hostNamesAreResolvedBeforeTheFirstPlan() throws Exception {
        apply(pool("ai", "store.test"), dataPath("ai", "clear", 8081));
        awaitCondition(TRAINING, "Programmed", "True");
        awaitCondition(STORE, "ResolvedRefs", "True");

        apply(pool("ai", "unknown.test"));
        awaitCondition(STORE, "ResolvedRefs", "False");
        assertThat(condition(world.status(STORE).at("/conditions"), "ResolvedRefs")
                        .path("message")
                        .asText())
                .contains("unknown.test");
    }

    @Test
    public void recreatedDataPathStartsWithoutState() throws Exception {
        apply(pool("ai", "10.0.0.1"), dataPath("ai", "clear", 8081));
        awaitCondition(TRAINING, "Programmed", "True");
        world.delete(TRAINING);
        await().atMost(PATIENCE).until(() -> world.listeners("ai").isEmpty());

        apply(dataPath("ai", "again", 8084));
        awaitCondition(TRAINING, "Programmed", "True");
        assertThat(world.listeners("ai")).containsExactly("again");
        assertThat(world.status(TRAINING).at("/observedGeneration").asInt()).isEqualTo(1);
    }

    @Test
    public void unopenedListenerAndItsPoliciesAreNotProgrammed() throws Exception {
        apply(pool("ai", "10.0.0.1"), """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training, namespace: ai}
                spec:
                  gateway: {replicas: 1, service: {type: ClusterIP}}
                  listeners:
                  - {name: clear, protocol: HTTP, port: 8081}
                  - {name: tls, protocol: HTTPS, port: 8443, tls: {certificateRefs: [{name: missing}]}}
                  poolRef: {name: store}
                """, policy("store").replace("buckets: [data]", "listeners: [tls]"));
        awaitCondition(TRAINING, "Programmed", "True");
        awaitCondition(READS, "/ancestors/0/conditions", "Accepted", "True");
        awaitCondition(TRAINING, "/listeners/0/conditions", "Programmed", "True");
        awaitCondition(TRAINING, "/listeners/1/conditions", "Programmed", "False");
        awaitCondition(READS, "/ancestors/0/conditions", "Programmed", "False");
        assertThat(condition(world.status(TRAINING).at("/conditions"), "Programmed")
                        .path("message")
                        .asText())
                .contains("listener tls is not opened");
    }

    protected void apply(String... documents) throws Exception {
        for (var document : documents) {
            world.apply(document);
        }
    }

    protected void awaitCondition(ObjectRef object, String type, String status) {
        awaitCondition(object, "/conditions", type, status);
    }

    protected void awaitCondition(ObjectRef object, String place, String type, String status) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(condition(world.status(object).at(place), type)
                                .path("status")
                                .asText())
                        .as("%s of %s in %s", type, object, world.status(object))
                        .isEqualTo(status));
    }

    private static JsonNode condition(JsonNode conditions, String type) {
        return StreamSupport.stream(conditions.spliterator(), false)
                .filter(condition -> condition.path("type").asText().equals(type))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    protected static String dataPath(String namespace, String listener, int port) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training, namespace: %s}
                spec:
                  gateway: {replicas: 1, service: {type: ClusterIP}}
                  listeners: [{name: %s, protocol: HTTP, port: %d}]
                  poolRef: {name: store}
                """.formatted(namespace, listener, port);
    }

    protected static String pool(String namespace, String address) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: store, namespace: %s}
                spec:
                  provider: Generic
                  nodes: {static: [{name: node-1, address: %s, port: 9}]}
                """.formatted(namespace, address);
    }

    protected static String policy(String pool) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: reads, namespace: ai}
                spec:
                  targetRefs: [{kind: DataPath, name: training}]
                  rules:
                  - name: reads
                    matches: [{buckets: [data]}]
                    pools: [{name: %s}]
                    retry: {attempts: 2}
                """.formatted(pool);
    }
}
