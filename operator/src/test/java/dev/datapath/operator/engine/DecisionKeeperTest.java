package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Terms;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.xds.SnapshotStore;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecisionKeeperTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final ObjectKey KEY = new ObjectKey("ai", "training");

    private final Memory store = new Memory();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<String> warnings = new ArrayList<>();
    private final Logger logger = Logger.getLogger(DecisionKeeper.class.getName());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().equals(Level.WARNING)) {
                warnings.add(line.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private Instant now = T0;
    private final DecisionKeeper keeper = new DecisionKeeper(store, registry, () -> now);

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(handler);
    }

    /** A store for this test. */
    private static final class Memory implements StateStore {
        private @Nullable String text;
        private String failure = "";
        private int writes;
        private boolean deleted;

        @Override
        public String place(ObjectKey dataPath) {
            return "record " + dataPath;
        }

        @Override
        public Optional<String> read(DataPath dataPath) throws IOException {
            if (!failure.isEmpty()) {
                throw new IOException(failure);
            }
            return Optional.ofNullable(text);
        }

        @Override
        public void write(DataPath dataPath, String record) throws IOException {
            writes++;
            if (!failure.isEmpty()) {
                throw new IOException(failure);
            }
            text = record;
        }

        @Override
        public void delete(ObjectKey dataPath) {
            deleted = true;
        }
    }

    @Test
    void nextOperatorRestoresStoredDecisions() {
        var before = managed("1");
        keeper.keep(before, dataPath("1"));
        var decided = decisions("node-1", 0.05);
        before.decide(decided);
        assertThat(before.decisions()).as("not stored yet").isEqualTo(Decisions.NONE);
        keeper.keep(before, dataPath("1"));
        assertThat(before.decisions()).isEqualTo(decided);
        assertThat(before.proposed()).isEmpty();

        var after = managed("1");
        keeper.keep(after, dataPath("1"));
        assertThat(after.decisions()).isEqualTo(decided);
        assertThat(after.outcome().findings()).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void decisionIsStoredAtOnceAndLaterOnesAtALimitedPace() {
        var managed = managed("1");
        keeper.keep(managed, dataPath("1"));
        for (int tenth = 0; tenth < 600; tenth++) {
            now = T0.plusMillis(100L * tenth);
            managed.decide(decisions("node-1", tenth % 90));
            keeper.keep(managed, dataPath("1"));
            if (tenth == 0) {
                assertThat(store.writes).isEqualTo(1);
            }
        }
        assertThat(store.writes).isEqualTo(20);

        var due = now.plus(keeper.pause(managed).orElseThrow());
        assertThat(due).isEqualTo(T0.plusSeconds(60));
        now = due;
        keeper.keep(managed, dataPath("1"));
        assertThat(managed.decisions()).isEqualTo(decisions("node-1", 599 % 90));
        assertThat(keeper.pause(managed)).isEmpty();
    }

    @Test
    void equalDecisionIsNotStoredAgain() {
        var managed = managed("1");
        managed.decide(decisions("node-1", 1));
        keeper.keep(managed, dataPath("1"));
        now = T0.plusSeconds(60);
        managed.decide(decisions("node-1", 1));
        keeper.keep(managed, dataPath("1"));
        assertThat(store.writes).isEqualTo(1);
        assertThat(managed.proposed()).isEmpty();
    }

    @Test
    void unstorableDecisionIsNotInForceAndReported() {
        var managed = managed("1");
        keeper.keep(managed, dataPath("1"));
        store.failure = "no space left";
        managed.decide(decisions("node-1", 1));
        for (int second = 0; second < 10; second++) {
            now = T0.plusSeconds(second);
            keeper.keep(managed, dataPath("1"));
        }
        assertThat(store.writes).isEqualTo(4);
        assertThat(managed.decisions()).isEqualTo(Decisions.NONE);
        var message =
                "new decisions of the operator are not in force, because they cannot be stored in record ai/training:"
                        + " no space left. This is retried every 3 s";
        assertThat(warnings).containsExactly("DataPath ai/training: " + message);
        assertThat(findings(managed)).containsExactly(message);
        assertThat(failures("write")).isEqualTo(4);

        store.failure = "";
        now = T0.plusSeconds(12);
        keeper.keep(managed, dataPath("1"));
        assertThat(managed.decisions()).isEqualTo(decisions("node-1", 1));
        assertThat(findings(managed)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"version\": 2} | it is of version 2, and this operator reads version 1",
                "{} | it is not a record of decisions of version 1",
                "[] | it is not a record of decisions of version 1",
                "'' | it is not a record of decisions of version 1",
                "{\"version\": | it is not JSON: Unexpected end-of-input within/between Object entries"
            })
    void unreadableRecordIsIgnoredAndReported(String text, String why) {
        store.text = text;
        var managed = managed("1");
        keeper.keep(managed, dataPath("1"));
        keeper.keep(managed, dataPath("1"));

        assertThat(managed.decisions()).isEqualTo(Decisions.NONE);
        var message = "the operator's decisions in record ai/training cannot be read and are not used: " + why
                + ". The next decisions of the operator replace them; to remove this warning, delete record ai/training, or run the version of the"
                + " operator that wrote it";
        assertThat(warnings).containsExactly("DataPath ai/training: " + message);
        assertThat(findings(managed)).containsExactly(message);
        assertThat(failures("read")).isEqualTo(1);
        assertThat(store.text).as("it stays").isEqualTo(text);

        managed.decide(Decisions.NONE);
        keeper.keep(managed, dataPath("1"));
        assertThat(store.text).as("replaced by the next decision, also by none").contains("\"version\" : 1");
        assertThat(findings(managed)).isEmpty();
    }

    @Test
    void onlyTheUnreadableDecisionIsIgnored() {
        store.text = DecisionRecord.write(dataPath("1"), decisions("node-1", 1))
                .replace("\"decisions\" : [", "\"decisions\" : [ {\"kind\": \"Later\"}, ");
        var managed = managed("1");
        keeper.keep(managed, dataPath("1"));
        assertThat(managed.decisions()).isEqualTo(decisions("node-1", 1));
        assertThat(warnings).singleElement().asString().contains("there is no kind Later");
        assertThat(failures("read")).isEqualTo(1);
    }

    @Test
    void recordOfAnEarlierDataPathOfTheSameNameIsNotUsed() {
        store.text = DecisionRecord.write(dataPath("1"), decisions("node-1", 1));
        var managed = managed("2");
        keeper.keep(managed, dataPath("2"));
        assertThat(managed.decisions()).isEqualTo(Decisions.NONE);
        assertThat(warnings).isEmpty();
    }

    @Test
    void recordIsDeletedWithTheDataPath() {
        var dataPaths =
                new DataPaths(new Publisher(new SnapshotStore(), RenderOptions::pod), findings -> {}, decided -> {});
        keeper.keep(dataPaths.of(KEY, dataPath("1")), dataPath("1"));
        assertThat(store.deleted).isFalse();
        dataPaths.remove(KEY, dataPath("1"));
        assertThat(store.deleted).isTrue();
    }

    private static List<String> findings(ManagedDataPath managed) {
        return managed.outcome().about(new ObjectRef("DataPath", "ai", "training")).stream()
                .map(Finding::message)
                .toList();
    }

    private double failures(String operation) {
        return registry.get("datapath.state.failures")
                .tag("operation", operation)
                .counter()
                .count();
    }

    private static Decisions decisions(String node, double percent) {
        return new Decisions(List.of(new NodeWeight(
                new Node("store", node), percent, new Terms("slow", T0, T0.plusSeconds(10), T0.plusSeconds(300)))));
    }

    private static ManagedDataPath managed(String uid) {
        return new ManagedDataPath(KEY, dataPath(uid));
    }

    private static DataPath dataPath(String uid) {
        var dataPath = new DataPath();
        dataPath.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ai")
                .withName("training")
                .withUid(uid)
                .build());
        return dataPath;
    }
}
