package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.plan.GatewayPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code compile/} is a case: {@code in.yaml} becomes {@code plan.yaml} and {@code findings.txt}. With
 * {@code before.yaml}, the plan made of it is the one in force. {@code -Ddatapath.golden=rewrite} writes the expected files.
 */
class CompileGoldenTest {
    private static final Path CASES = Path.of("src/test/resources/compile");
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
    void compilesToWhatIsExpected(String name) throws IOException {
        var folder = CASES.resolve(name);
        var compilation = Compiler.compile(World.of(Files.readString(folder.resolve("in.yaml")))
                .resources(planInForce(folder.resolve("before.yaml"))));
        compare(folder.resolve("plan.yaml"), PlanText.plan(compilation));
        compare(folder.resolve("findings.txt"), PlanText.findings(compilation));
    }

    private static GatewayPlan planInForce(Path before) throws IOException {
        return Files.exists(before)
                ? Compiler.compile(World.of(Files.readString(before)).resources(null))
                        .plan()
                : null;
    }

    private static void compare(Path expected, String actual) throws IOException {
        if (REWRITE) {
            Files.writeString(expected, actual);
        }
        assertThat(actual).as(expected.toString()).isEqualTo(Files.readString(expected));
    }
}
