package dev.datapath.operator.status;

import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.plan.HealthPlan;
import java.util.stream.Collectors;

/**
 * Describes the request of a health check and its result. Envoy reports only timeouts separately. It does not
 * distinguish a refused or reset connection from bytes that are not HTTP, and does not report which node of a pool has
 * the certificate that is not accepted.
 */
final class CheckFailure {
    /** A reason in status has at most 256 characters, and the text after the path is more important. */
    private static final int MAX_PATH = 60;

    private CheckFailure() {}

    /** Completes the sentence "fails its health check"; empty for failures of other kinds. */
    static String of(HealthPlan.Active check, NodeReport report) {
        var probe = check.probe();
        var path =
                probe.path().length() <= MAX_PATH ? probe.path() : probe.path().substring(0, MAX_PATH) + "...";
        var asked = ": " + probe.method() + " " + path + " at port "
                + (check.port() == null ? report.port() : check.port());
        return switch (report.health()) {
            case TIMED_OUT_CHECK ->
                asked + " gets no response within " + check.timeout().toMillis() + " ms";
            case BROKEN_CHECK -> asked + " is refused, reset or answered without HTTP";
            case UNTRUSTED_CHECK ->
                asked + " is refused or reset; certificates of this pool's nodes are not accepted:"
                        + " check serverName, caCertificateRefs and the validity of the certificates";
            case ANSWERED_CHECK -> asked + " is answered with " + answered(probe, report.checkStatus());
            case FAILED_CHECK -> asked + " is refused, reset or answered without " + expected(probe);
            default -> "";
        };
    }

    private static String answered(HealthPlan.HttpProbe probe, int status) {
        return probe.expectedStatuses().isEmpty() || probe.expectedStatuses().contains(status)
                ? status + " without the expected body"
                : status + ", not " + expected(probe);
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
