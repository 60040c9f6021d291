package dev.datapath.operator.status;

import dev.datapath.operator.plan.HealthPlan;
import dev.datapath.operator.status.NodeReport.Health;
import java.util.stream.Collectors;

/**
 * What a health check asked and what came. Envoy reports of a node only whether its check failed and whether that was for the lack of
 * an answer; its event log, which tells more, stays in the gateway.
 */
final class CheckFailure {
    /** A reason in status has at most 256 characters. */
    private static final int MAX_PATH = 60;

    private CheckFailure() {}

    /** Completes the sentence "fails its health check"; empty for a failure of another kind. */
    static String of(HealthPlan.Active check, int nodePort, Health health) {
        var probe = check.probe();
        var path =
                probe.path().length() <= MAX_PATH ? probe.path() : probe.path().substring(0, MAX_PATH) + "...";
        var asked = ": " + probe.method() + " " + path + " at port " + (check.port() == null ? nodePort : check.port());
        return switch (health) {
            case TIMED_OUT_CHECK ->
                asked + " gets no answer within " + check.timeout().toMillis() + " ms";
            case FAILED_CHECK -> asked + " is refused, broken off or not answered with " + expected(probe);
            default -> "";
        };
    }

    private static String expected(HealthPlan.HttpProbe probe) {
        var statuses = probe.expectedStatuses().isEmpty()
                ? "HTTP"
                : "status "
                        + probe.expectedStatuses().stream()
                                .map(String::valueOf)
                                .limit(5)
                                .collect(Collectors.joining(" or "));
        return probe.bodyContains() == null ? statuses : statuses + " and the expected body";
    }
}
