package dev.datapath.operator.cluster;

import dev.datapath.operator.engine.FindingGauge;
import dev.datapath.operator.model.Finding;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * Metrics of the operator's own work, described in docs/metrics.md. Labels are kinds, results and severities, never names of
 * objects.
 */
public final class OperatorMetrics implements Metrics, Interceptor {
    private static final List<String> KINDS =
            List.of("DataPath", "StoragePool", "RoutingPolicy", "ServiceLevelObjective");
    /** {@code /api/v1/namespaces/ai/secrets/name} and {@code /apis/apps/v1/namespaces/ai/deployments/name/status}. */
    private static final Pattern WRITTEN =
            Pattern.compile("/(?:api/v1|apis/[^/]+/[^/]+)/namespaces/[^/]+/([a-z]+)(?:/.*)?");

    private final MeterRegistry registry;
    private final AtomicBoolean leads = new AtomicBoolean();
    private final FindingGauge findings;
    private final Counter droppedEvents;

    public OperatorMetrics(MeterRegistry registry) {
        this.registry = registry;
        registry.gauge("datapath.leader", leads, leading -> leading.get() ? 1 : 0);
        findings = new FindingGauge(registry);
        droppedEvents = Counter.builder("datapath.events.dropped")
                .description("Events that were not written because too many waited for the API server.")
                .register(registry);
        for (var kind : KINDS) {
            reconciliations(kind, "success");
            reconciliations(kind, "error");
        }
    }

    void leads(boolean leading) {
        leads.set(leading);
    }

    /** Sets the gauge of current findings. */
    void findings(Collection<Finding> all) {
        findings.set(all, finding -> finding.object().kind(), Finding::severity);
    }

    @Override
    public void finishedReconciliation(HasMetadata resource, Map<String, Object> metadata) {
        reconciliations(resource.getKind(), "success").increment();
    }

    @Override
    public void failedReconciliation(HasMetadata resource, Exception exception, Map<String, Object> metadata) {
        reconciliations(resource.getKind(), "error").increment();
    }

    /**
     * Counts every write request of the client. Reads are not counted, nor are writes of the Lease, which is renewed continuously.
     */
    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        var written = WRITTEN.matcher(request.uri().getPath());
        if (!request.method().equals("GET")
                && written.matches()
                && !written.group(1).equals("leases")) {
            Counter.builder("datapath.writes")
                    .description("Writes to the API server, by kind of object.")
                    .tags("kind", written.group(1))
                    .register(registry)
                    .increment();
        }
    }

    /** An Event was not written because too many waited. */
    void droppedEvent() {
        droppedEvents.increment();
    }

    private Counter reconciliations(String kind, String result) {
        return Counter.builder("datapath.reconciliations")
                .description("Reconciliations by kind of object and result.")
                .tags("kind", kind, "result", result)
                .register(registry);
    }
}
