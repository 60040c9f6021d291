package dev.datapath.operator.manifest;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.datapath.operator.GoldenCase;
import dev.datapath.operator.admission.ApiCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code manifest/} contains a user's directory ({@code in}), the findings ({@code findings.txt}) and
 * the objects in effect with their defaults ({@code admitted.yaml}). {@code -Ddatapath.golden=rewrite} rewrites the
 * expectations.
 */
class ManifestGoldenTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    static List<GoldenCase> cases() {
        return GoldenCase.allIn("manifest");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aDirectoryGivesItsFindingsAndObjects(GoldenCase golden) throws IOException {
        Path in = golden.folder().resolve("in");
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
        golden.expect("findings.txt", findings);
        golden.expect("admitted.yaml", admitted.toString());
    }
}
