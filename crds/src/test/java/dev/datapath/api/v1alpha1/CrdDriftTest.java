package dev.datapath.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The committed CRDs are those that the Java types stand for. {@code -Ddatapath.golden=rewrite} writes them anew. */
class CrdDriftTest {
    private static final Path MANIFESTS = Path.of("manifests");
    private static final boolean REWRITE = "rewrite".equals(System.getProperty("datapath.golden"));

    @BeforeAll
    static void rewriteWhenAskedTo() throws IOException {
        if (REWRITE) {
            for (CustomResourceDefinition crd : CrdGenerator.crds().values()) {
                Files.writeString(MANIFESTS.resolve(fileName(crd)), CrdGenerator.yaml(crd));
            }
        }
    }

    static Stream<CustomResourceDefinition> crds() {
        return CrdGenerator.crds().values().stream();
    }

    @ParameterizedTest
    @MethodSource("crds")
    void theCommittedManifestIsWhatTheTypesGenerate(CustomResourceDefinition crd) throws IOException {
        Path file = MANIFESTS.resolve(fileName(crd));
        String generated = CrdGenerator.yaml(crd);
        assertThat(file)
                .as("crds/%s differs from the Java types: run \"make crds\" and commit the result", file)
                .exists()
                .hasContent(generated);
    }

    @Test
    void noOtherManifestIsLeftBehind() throws IOException {
        try (Stream<Path> files = Files.list(MANIFESTS)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            crds().map(CrdDriftTest::fileName).toList());
        }
    }

    private static String fileName(CustomResourceDefinition crd) {
        return crd.getMetadata().getName() + ".yaml";
    }
}
