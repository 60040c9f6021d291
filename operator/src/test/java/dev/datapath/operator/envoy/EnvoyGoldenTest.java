package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.GoldenCase;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.model.Finding;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code envoy/} is a case: the user's objects in {@code in.yaml} become the xDS resources in {@code envoy.yaml}.
 * {@code -Ddatapath.golden=rewrite} writes the expected files.
 */
class EnvoyGoldenTest {

    static List<GoldenCase> cases() {
        return GoldenCase.allIn("envoy");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rendersTheGoldenFiles(GoldenCase golden) throws IOException {
        var compilation = Compiler.compile(World.of(golden.read("in.yaml")).resources(null));
        assertThat(compilation.findings())
                .as("a rendering case must be valid")
                .noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
        var plan = compilation.plan();
        var renderer = new EnvoyRenderer();
        golden.expect(
                "envoy.yaml",
                EnvoyText.of(renderer.adjusted(
                        renderer.resources(plan, RenderOptions.pod(plan)), plan, compilation.adjustments())));
    }

    /** With all resources that are fetched by name: routes, endpoints, certificates and CA bundles of both sides. */
    @Test
    void lastGoodBootstrapContainsTheSameResources() throws IOException {
        var golden = GoldenCase.of("envoy/tls");
        var plan = Compiler.compile(World.of(golden.read("in.yaml")).resources(null))
                .plan();
        golden.expect(
                "last-good.yaml",
                EnvoyText.of(LastGoodBootstrap.of(
                        BootstrapSpec.pod(plan.dataPath().toString(), plan.maxConnections(), plan.memoryLimit()),
                        EnvoyRenderer.render(plan, RenderOptions.pod(plan)))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rendererWithCacheGivesTheSameBytes(GoldenCase golden) {
        var plan = Compiler.compile(World.of(golden.read("in.yaml")).resources(null))
                .plan();
        var remembering = new EnvoyRenderer();
        remembering.resources(plan, RenderOptions.pod(plan));
        assertThat(remembering.resources(plan, RenderOptions.pod(plan)))
                .isEqualTo(EnvoyRenderer.render(plan, RenderOptions.pod(plan)));
    }
}
