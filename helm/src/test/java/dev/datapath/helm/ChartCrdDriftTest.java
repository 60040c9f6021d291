package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The definitions of the chart are those of {@code crds/}. {@code -Ddatapath.golden=rewrite} copies them anew. */
class ChartCrdDriftTest {
    private static final Path SOURCE = Path.of("..", "crds", "manifests");
    private static final String REMEDY =
            "files/crds differs from crds/manifests: run \"make crds\" and commit the result";
    private static final Path COPY = Chart.DIRECTORY.resolve("files/crds");

    @BeforeAll
    static void copyWhenAskedTo() throws IOException {
        if (Chart.REWRITE) {
            for (var name : contents(COPY).keySet()) {
                Files.delete(COPY.resolve(name));
            }
            for (var file : contents(SOURCE).entrySet()) {
                Files.writeString(COPY.resolve(file.getKey()), file.getValue());
            }
        }
    }

    @Test
    void theChartHasTheDefinitionsByteForByte() throws IOException {
        var source = contents(SOURCE);
        var copy = contents(COPY);
        assertThat(copy.keySet()).as(REMEDY).isEqualTo(source.keySet());
        // Names alone: whole definitions would bury the message.
        assertThat(source.keySet()).as(REMEDY).allMatch(name -> source.get(name).equals(copy.get(name)), "is equal");
    }

    @Test
    void whatIsAppliedDiffersInLabelsAndOneAnnotation() throws IOException {
        for (var rendered : Chart.renderCase("default").ofKind("CustomResourceDefinition")) {
            var name = rendered.at("metadata", "name").text();
            var source = Node.of(Chart.documents(Files.readString(COPY.resolve(name + ".yaml")))
                    .findFirst()
                    .orElseThrow());
            assertThat(rendered.at("spec")).isEqualTo(source.at("spec"));
            assertThat(rendered.at("metadata").keys()).containsExactly("annotations", "labels", "name");
            assertThat(rendered.at("metadata", "annotations").value())
                    .isEqualTo(Map.of("helm.sh/resource-policy", "keep"));
        }
    }

    @Test
    void allAreAppliedUnlessTheReleaseIsNotToInstallThem() throws IOException {
        assertThat(crdNames("{}").stream().map(name -> name + ".yaml").toList())
                .containsExactlyInAnyOrderElementsOf(contents(SOURCE).keySet());
        assertThat(crdNames("{crds: {install: false}}")).isEmpty();
    }

    @Test
    void onlyThoseWhoAskForItLoseThemWithTheRelease() {
        assertThat(Chart.renderValues("{crds: {keep: false}}").ofKind("CustomResourceDefinition"))
                .hasSize(4)
                .noneMatch(crd -> crd.at("metadata", "annotations").exists());
    }

    private static List<String> crdNames(String values) {
        return Chart.renderValues(values).ofKind("CustomResourceDefinition").stream()
                .map(crd -> crd.at("metadata", "name").text())
                .toList();
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.collect(Collectors.toMap(
                    file -> file.getFileName().toString(), ChartCrdDriftTest::read, (a, b) -> a, TreeMap::new));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
