package dev.datapath.operator.standalone;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.engine.EngineScenarios;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.model.ObjectRef;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator in standalone mode, with gateways in this process. */
@Tag("tier2")
class StandaloneScenariosTest extends EngineScenarios {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final YAMLMapper YAML = new YAMLMapper();

    @TempDir
    private Path directory;

    @Override
    protected World start() throws Exception {
        return new Machine(directory);
    }

    /** A directory in place of the file is the only disk error that a test can cause as any user. */
    @Test
    void aFailedStoreForTheNextStartIsAWarningUntilItSucceeds() throws Exception {
        apply(pool("ai", "10.0.0.1"), dataPath("ai", "clear", 8081));
        awaitCondition(TRAINING, "Programmed", "True");
        var kept = directory.resolve("w/admitted.json");
        Files.delete(kept);
        var inItsPlace = Files.createDirectories(kept.resolve("full"));

        apply(policy("store"));
        awaitCondition(READS, "/ancestors/0/conditions", "Programmed", "True");
        await().atMost(PATIENCE)
                .until(() -> world.status(TRAINING).toString().contains("cannot be stored for the next start"));
        Files.delete(inItsPlace);
        Files.delete(kept);

        await().atMost(PATIENCE)
                .until(() -> Files.exists(kept) && Files.readString(kept).contains("reads"));
        await().atMost(PATIENCE)
                .until(() -> !world.status(TRAINING).toString().contains("cannot be stored for the next start"));
    }

    @Test
    void aPolicyReportsItsTargetsWhileAFileOfAnotherTeamIsBroken() throws Exception {
        Files.writeString(directory.resolve("source/other-team.yaml"), "kind: [");
        apply(
                pool("ai", "10.0.0.1"),
                dataPath("ai", "clear", 8081),
                policy("store").replace("targetRefs: [{kind: DataPath, name: training}]", """
                        targetRefs: [{kind: DataPath, name: missing}, {kind: DataPath, name: training}]"""));

        awaitCondition(READS, "/ancestors/1/conditions", "Programmed", "True");
        awaitCondition(READS, "/ancestors/0/conditions", "Accepted", "Unknown");
        Files.delete(directory.resolve("source/other-team.yaml"));
        awaitCondition(READS, "/ancestors/0/conditions", "Accepted", "False");
    }

    private static final class Machine implements World {
        private final Path source;
        private final StandaloneOptions options;
        private final InProcessLauncher launcher;
        private Standalone operator;

        Machine(Path directory) throws IOException {
            source = Files.createDirectory(directory.resolve("source"));
            var work = directory.resolve("w");
            options = new StandaloneOptions(source, 1, 0, "127.0.0.1", 1, work, Path.of("envoy"));
            launcher = new InProcessLauncher(work.resolve("xds.sock"));
            operator = start();
        }

        private Standalone start() throws IOException {
            return Standalone.start(
                    options,
                    new ManifestReader(CATALOG, List.of(source), InstantSource.system()),
                    new SimpleMeterRegistry(),
                    overview -> {},
                    launcher,
                    EngineScenarios::addresses,
                    InstantSource.system());
        }

        @Override
        public void apply(String yaml) throws IOException {
            var metadata = YAML.readTree(yaml);
            var file = file(new ObjectRef(
                    metadata.at("/kind").asText(),
                    metadata.at("/metadata/namespace").asText(),
                    metadata.at("/metadata/name").asText()));
            var whole = Files.writeString(source.resolve("next.tmp"), yaml);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void delete(ObjectRef object) throws IOException {
            Files.delete(file(object));
        }

        private Path file(ObjectRef object) {
            return source.resolve(name(object));
        }

        private static String name(ObjectRef object) {
            return object.kind().toLowerCase(Locale.ROOT) + "-" + object.namespace() + "-" + object.name() + ".yaml";
        }

        @Override
        public JsonNode status(ObjectRef object) throws IOException {
            var file = source.resolve(".status").resolve(name(object));
            return Files.exists(file)
                    ? YAML.readTree(Files.readString(file)).path("status")
                    : MissingNode.getInstance();
        }

        @Override
        public Set<String> listeners(String namespace) {
            return launcher.listeners(namespace);
        }

        @Override
        public void restart() throws IOException {
            operator.close();
            operator = start();
        }

        @Override
        public void close() throws Exception {
            launcher.close();
            operator.close();
        }
    }
}
