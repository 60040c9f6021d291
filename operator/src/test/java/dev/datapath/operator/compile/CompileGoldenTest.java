package dev.datapath.operator.compile;

import dev.datapath.operator.GoldenCase;
import dev.datapath.operator.plan.GatewayPlan;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code compile/} is a case: {@code in.yaml} becomes {@code plan.yaml} and {@code findings.txt}. With
 * {@code before.yaml}, the plan compiled from it is the plan in force. {@code -Ddatapath.golden=rewrite} writes the expected files.
 */
class CompileGoldenTest {
    static List<GoldenCase> cases() {
        return GoldenCase.allIn("compile");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void compilesToTheGoldenFiles(GoldenCase golden) {
        var compilation = Compiler.compile(World.of(golden.read("in.yaml")).resources(planInForce(golden)));
        golden.expect("plan.yaml", PlanText.plan(compilation));
        golden.expect("findings.txt", PlanText.findings(compilation));
    }

    private static GatewayPlan planInForce(GoldenCase golden) {
        return golden.find("before.yaml")
                .map(before ->
                        Compiler.compile(World.of(before).resources(null)).plan())
                .orElse(null);
    }
}
