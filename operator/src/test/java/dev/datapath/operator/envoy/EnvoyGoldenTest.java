package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.Finding;
import dev.datapath.operator.compile.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code envoy/} is a case: what users apply, {@code in.yaml}, becomes what Envoy is served, {@code
 * envoy.yaml}. {@code -Ddatapath.golden=rewrite} writes the expected files.
 */
class EnvoyGoldenTest {

    private static final Path CASES = Path.of("src/test/resources/envoy");
    private static final boolean REWRITE = "rewrite".equals(System.getProperty("datapath.golden"));

    static List<String> cases() throws IOException {
        try (var folders = Files.list(CASES)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rendersWhatIsExpected(String name) throws IOException {
        var folder = CASES.resolve(name);
        var compilation = Compiler.compile(
                World.of(Files.readString(folder.resolve("in.yaml"))).resources(null));
        assertThat(compilation.findings())
                .as("a rendering case must be valid")
                .noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
        var actual = EnvoyText.of(EnvoyRenderer.render(compilation.plan(), RenderOptions.pod(compilation.plan())));
        var expected = folder.resolve("envoy.yaml");
        if (REWRITE) {
            Files.writeString(expected, actual);
        }
        assertThat(actual).as(expected.toString()).isEqualTo(Files.readString(expected));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRendererThatRemembersGivesTheSameBytes(String name) throws IOException {
        var world = World.of(Files.readString(CASES.resolve(name).resolve("in.yaml")));
        var plan = Compiler.compile(world.resources(null)).plan();
        var remembering = new EnvoyRenderer();
        remembering.resources(plan, RenderOptions.pod(plan));
        assertThat(remembering.resources(plan, RenderOptions.pod(plan)))
                .isEqualTo(EnvoyRenderer.render(plan, RenderOptions.pod(plan)));
    }
}
