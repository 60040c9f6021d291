package dev.datapath.operator.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.datapath.operator.admission.ApiCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each folder of {@code manifest/} holds a directory as a user would write it ({@code in}), the findings ({@code findings.txt}) and
 * the objects in effect with their defaults ({@code admitted.yaml}). {@code -Ddatapath.golden=rewrite} writes the expectations anew.
 */
class ManifestGoldenTest {
    private static final Path CASES = Path.of("src/test/resources/manifest");
    private static final boolean REWRITE = "rewrite".equals(System.getProperty("datapath.golden"));
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    @TestFactory
    List<DynamicTest> aDirectoryGivesItsFindingsAndObjects() throws IOException {
        try (Stream<Path> cases = Files.list(CASES)) {
            return cases.sorted()
                    .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)))
                    .toList();
        }
    }

    private static void check(Path folder) throws IOException {
        Path in = folder.resolve("in");
        ManifestSet set = new ManifestReader(
                        CATALOG, List.of(in), InstantSource.fixed(Instant.parse("2030-01-01T00:00:00Z")))
                .read();
        String findings = set.findings().stream()
                .map(finding -> finding.toString().replace(in + "/", "") + "\n")
                .collect(Collectors.joining());
        StringBuilder admitted = new StringBuilder();
        for (Admitted<?> object : set.objects()) {
            admitted.append("# ")
                    .append(object.source().location().toString().replace(in + "/", ""))
                    .append('\n')
                    .append(YAML.writeValueAsString(object.object()).substring("---\n".length()))
                    .append("---\n");
        }
        matches(folder.resolve("findings.txt"), findings);
        matches(folder.resolve("admitted.yaml"), admitted.toString());
    }

    private static void matches(Path expectation, String actual) throws IOException {
        if (REWRITE) {
            Files.writeString(expectation, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(expectation));
    }
}
