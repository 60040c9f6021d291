package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.Health;
import dev.datapath.api.v1alpha1.Health.Active.Scheme;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.HealthPlan;
import dev.datapath.operator.plan.HealthPlan.Active;
import dev.datapath.operator.plan.HealthPlan.HttpProbe;
import dev.datapath.operator.plan.HealthPlan.Passive;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Compiles health checks and ejection of nodes.
 *
 * <p>The defaults balance two requirements. First, faults should not affect clients: nodes are checked every second, and passive
 * ejection removes up to 75 % of a pool for 3 s (the values of the resilience tests). Second, an overloaded node must not count as
 * failed: a node becomes unhealthy after three failed checks in a row, not two. Passive ejection detects faster failures from
 * client requests. When no node is healthy, all nodes are used: checks that fail everywhere more often have a wrong check or a
 * broken network as cause than a failed store. As long as one node in a hundred is healthy, only healthy nodes are used. With a
 * higher threshold, a pool with three of four nodes down would send most requests to the failed nodes.
 */
final class HealthCompiler {
    static final Duration INTERVAL = Duration.ofSeconds(1);
    static final Duration TIMEOUT = Duration.ofSeconds(1);
    static final int UNHEALTHY_AFTER = 3;
    static final int HEALTHY_AFTER = 2;
    static final int CONSECUTIVE_ERRORS = 5;
    static final Duration EJECT_FOR = Duration.ofSeconds(3);
    static final int MAX_EJECTED_PERCENT = 33;
    static final int PANIC_THRESHOLD_PERCENT = 1;

    private static final Pattern PATH = Pattern.compile("/[!-~]{0,1023}");

    private HealthCompiler() {}

    /**
     * The S3 endpoint of the nodes.
     *
     * @param tls whether it uses TLS
     * @param ports ports of the known nodes
     */
    record Service(boolean tls, Set<Integer> ports) {}

    static HealthPlan compile(Health health, ProviderPreset preset, Service service, Report at) {
        if (health.slowNodes() != null && health.slowNodes().mode() != Health.SlowNodes.Mode.Disabled) {
            at.field("slowNodes")
                    .warning(Reason.Unsupported, "this version does not detect slow nodes: slowNodes has no effect");
        }
        return new HealthPlan(
                active(health.active(), preset.probe(), service, at.field("active")),
                passive(health.passive(), at.field("passive")),
                Bounds.integer(
                        at.field("panicThresholdPercent"),
                        health.panicThresholdPercent(),
                        PANIC_THRESHOLD_PERCENT,
                        0,
                        100));
    }

    private static Active active(Health.Active active, HttpProbe preset, Service service, Report at) {
        var interval = Bounds.duration(
                at.field("interval"), active.interval(), INTERVAL, Duration.ofMillis(100), Duration.ofMinutes(10));
        var timeout = Bounds.duration(
                at.field("timeout"),
                active.timeout(),
                TIMEOUT.compareTo(interval) < 0 ? TIMEOUT : interval,
                Duration.ofMillis(10),
                Duration.ofMinutes(1));
        if (timeout.compareTo(interval) > 0) {
            at.field("timeout")
                    .error(
                            Reason.Invalid,
                            "timeout exceeds the interval of " + DurationText.format(interval)
                                    + ": lower timeout, or raise interval; until then the interval is used");
            timeout = interval;
        }
        var port = active.port();
        if (port != null && (port < 1 || port > 65535)) {
            at.field("port")
                    .error(
                            Reason.Invalid,
                            port
                                    + " is not a port: write a number from 1 to 65535; until then the ports of the nodes are checked");
            port = null;
        }
        return new Active(
                probe(active, preset, service, at),
                port,
                interval,
                timeout,
                Bounds.integer(at.field("unhealthyAfter"), active.unhealthyAfter(), UNHEALTHY_AFTER, 1, 20),
                Bounds.integer(at.field("healthyAfter"), active.healthyAfter(), HEALTHY_AFTER, 1, 20));
    }

    private static HttpProbe probe(Health.Active active, HttpProbe preset, Service service, Report at) {
        var clearText = isClearText(active, service, at);
        // A custom check is a GET that expects 200, unless it declares something else.
        boolean own = active.path() != null || active.bodyContains() != null;
        var http = own && preset.expectedStatuses().isEmpty()
                ? new HttpProbe("GET", preset.path(), List.of(200), null, false)
                : preset;
        var path = active.path() == null ? http.path() : active.path();
        if (!PATH.matcher(path).matches()) {
            at.field("path")
                    .error(
                            Reason.Invalid,
                            "path is not a request path: write printable ASCII that starts with /, such as /?ping; until then "
                                    + http.path() + " is requested");
            path = http.path();
        }
        var samePath = path.equals(http.path());
        var method = active.method() == null ? http.method() : active.method().name();
        var body = active.bodyContains() == null && samePath ? http.bodyContains() : active.bodyContains();
        if (body != null && method.equals("HEAD")) {
            at.field("bodyContains")
                    .error(
                            Reason.Invalid,
                            "a response to HEAD has no body, so the body is not checked: write method: GET, or remove bodyContains");
            body = null;
        }
        return new HttpProbe(method, path, statuses(active, http, at), body, clearText);
    }

    /** Whether health checks use clear text although requests to the nodes use TLS. */
    private static boolean isClearText(Health.Active active, Service service, Report at) {
        var port = active.port();
        if (active.scheme() == Scheme.HTTPS && !service.tls()) {
            at.field("scheme")
                    .error(
                            Reason.Invalid,
                            "the pool does not use TLS: set tls.mode, or remove scheme; until then health checks use clear text");
        } else if (active.scheme() == null
                && service.tls()
                && port != null
                && !service.ports().isEmpty()
                && !service.ports().contains(port)) {
            at.field("port")
                    .warning(
                            Reason.Invalid,
                            "health checks use TLS on port " + port
                                    + ", as requests to the nodes do, and fail for every node if that port expects clear text: write scheme: HTTP if it does, otherwise scheme: HTTPS");
        }
        return service.tls() && active.scheme() == Scheme.HTTP;
    }

    private static List<Integer> statuses(Health.Active active, HttpProbe preset, Report at) {
        IntStream.range(0, active.expectedStatuses().size())
                .filter(i -> !isStatus(active.expectedStatuses().get(i)))
                .forEach(
                        i -> at.item("expectedStatuses", i)
                                .error(
                                        Reason.Invalid,
                                        "this is not an HTTP status: write a number from 100 to 599; until then it is ignored"));
        var valid = active.expectedStatuses().stream()
                .filter(HealthCompiler::isStatus)
                .sorted()
                .distinct()
                .toList();
        return valid.isEmpty() ? preset.expectedStatuses() : valid;
    }

    private static boolean isStatus(int status) {
        return status >= 100 && status <= 599;
    }

    private static Passive passive(Health.Passive passive, Report at) {
        return new Passive(
                Bounds.integer(at.field("consecutiveErrors"), passive.consecutiveErrors(), CONSECUTIVE_ERRORS, 1, 1000),
                Bounds.duration(
                        at.field("ejectFor"),
                        passive.ejectFor(),
                        EJECT_FOR,
                        Duration.ofSeconds(1),
                        Duration.ofHours(1)),
                Bounds.integer(
                        at.field("maxEjectedPercent"), passive.maxEjectedPercent(), MAX_EJECTED_PERCENT, 0, 100));
    }
}
