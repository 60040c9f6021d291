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
 * When a node gets no requests.
 *
 * <p>Two demands meet in the defaults. Faults should cost clients nothing: a check every second, and passive ejection for
 * 3 s that can take out up to 75 % of a pool (the values of the resilience tests). And overload must not look like
 * death: three failed checks in a row, not two, make a node unhealthy; what fails faster than that is caught by clients'
 * requests. When no node at all is left, all are used rather than none, since checks that fail everywhere are more often
 * a wrong check or a broken network than a dead store. As long as one node in a hundred is healthy, only healthy nodes
 * are used: a higher threshold would send most requests of a pool with three of four nodes down to the dead ones.
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
     * What the nodes serve S3 on.
     *
     * @param tls whether with TLS
     * @param ports of the nodes that are known
     */
    record Service(boolean tls, Set<Integer> ports) {}

    static HealthPlan compile(Health health, ProviderPreset preset, Service service, Report at) {
        if (health.slowNodes() != null && health.slowNodes().mode() != Health.SlowNodes.Mode.Disabled) {
            at.field("slowNodes")
                    .warning(Reason.Unsupported, "this version does not look for slow nodes: slowNodes has no effect");
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
                            "it exceeds the interval of " + DurationText.format(interval)
                                    + ": lower timeout, or raise interval; the interval holds meanwhile");
            timeout = interval;
        }
        var port = active.port();
        if (port != null && (port < 1 || port > 65535)) {
            at.field("port")
                    .error(
                            Reason.Invalid,
                            port
                                    + " is not a port: write a number from 1 to 65535; the nodes' own ports are checked meanwhile");
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
        // A check of one's own says what it expects, so it is a GET that is answered 200 unless it says otherwise.
        boolean own = active.path() != null || active.bodyContains() != null;
        var http = own && preset.expectedStatuses().isEmpty()
                ? new HttpProbe("GET", preset.path(), List.of(200), null, false)
                : preset;
        var path = active.path() == null ? http.path() : active.path();
        if (!PATH.matcher(path).matches()) {
            at.field("path")
                    .error(
                            Reason.Invalid,
                            "it is not a request path: write printable ASCII that starts with /, such as /?ping; "
                                    + http.path() + " is asked for meanwhile");
            path = http.path();
        }
        var samePath = path.equals(http.path());
        var method = active.method() == null ? http.method() : active.method().name();
        var body = active.bodyContains() == null && samePath ? http.bodyContains() : active.bodyContains();
        if (body != null && method.equals("HEAD")) {
            at.field("bodyContains")
                    .error(
                            Reason.Invalid,
                            "an answer to HEAD has no body, so the body is not checked: write method: GET, or remove bodyContains");
            body = null;
        }
        return new HttpProbe(method, path, statuses(active, http, at), body, clearText);
    }

    /** Whether TLS is left out that the nodes are otherwise spoken to with. */
    private static boolean isClearText(Health.Active active, Service service, Report at) {
        var port = active.port();
        if (active.scheme() == Scheme.HTTPS && !service.tls()) {
            at.field("scheme")
                    .error(
                            Reason.Invalid,
                            "the nodes are spoken to in clear text, and so is their health check meanwhile: set tls.mode, or remove scheme");
        } else if (active.scheme() == null
                && service.tls()
                && port != null
                && !service.ports().isEmpty()
                && !service.ports().contains(port)) {
            at.field("port")
                    .warning(
                            Reason.Invalid,
                            "the check speaks TLS to port " + port
                                    + ", as the nodes are spoken to, which fails for every node when that is a clear-text port: write scheme: HTTP if it is one, scheme: HTTPS if not");
        }
        return service.tls() && active.scheme() == Scheme.HTTP;
    }

    private static List<Integer> statuses(Health.Active active, HttpProbe preset, Report at) {
        IntStream.range(0, active.expectedStatuses().size())
                .filter(i -> !isStatus(active.expectedStatuses().get(i)))
                .forEach(i -> at.item("expectedStatuses", i)
                        .error(
                                Reason.Invalid,
                                "it is not an HTTP status: write a number from 100 to 599; it is left out"));
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
