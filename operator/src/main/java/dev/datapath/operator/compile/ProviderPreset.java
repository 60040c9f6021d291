package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.StoragePoolSpec.Provider;
import dev.datapath.operator.plan.HealthPlan.HttpProbe;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Defaults for an object store: its health check, and how long idle connections are kept.
 *
 * @param probe the health check request, without credentials, and the response of a healthy node
 * @param keepAlive how long gateways keep an idle connection. It is shorter than the default idle timeout of the store, with a
 *     margin for a request in flight. A request on a connection that the store closes fails, and a write cannot be retried
 * @param maxConnectionsPerNode maximum number of connections of one gateway to one node
 */
record ProviderPreset(HttpProbe probe, Duration keepAlive, int maxConnectionsPerNode) {
    /**
     * For stores with unknown idle timeout: shorter than the 5 s of Apache httpd and Node.js, which are the shortest in common use.
     */
    private static final Duration UNKNOWN_KEEP_ALIVE = Duration.ofSeconds(4);

    private static final int CONNECTIONS = 1000;

    static ProviderPreset of(Provider provider) {
        return switch (provider) {
            // The status is always 200; the body contains the state. A node accepts 1,000 connections.
            case ObjectScale, ECS ->
                preset(get("/?ping", "<Name>MAINTENANCE_MODE</Name><Status>OFF</Status>"), Duration.ofSeconds(50));
            // 503 during maintenance. Its front end closes idle connections after 65 s.
            case CephRGW -> preset(get("/swift/healthcheck", null), Duration.ofSeconds(60));
            // Reports whether the process serves. /minio/health/cluster would remove all nodes at once.
            case MinIO -> preset(get("/minio/health/live", null), UNKNOWN_KEEP_ALIVE);
            case StorageGRID -> preset(new HttpProbe("OPTIONS", "/", List.of(200), null, false), UNKNOWN_KEEP_ALIVE);
            case Scality -> preset(get("/_/healthcheck/deep", null), UNKNOWN_KEEP_ALIVE);
            case SeaweedFS, S3Proxy -> preset(get("/healthz", null), UNKNOWN_KEEP_ALIVE);
            case VersityGW -> preset(get("/health", null), UNKNOWN_KEEP_ALIVE);
            // No path is common to all stores, so any status counts as healthy. The response to HEAD has no body.
            case Generic -> preset(new HttpProbe("HEAD", "/", List.of(), null, false), UNKNOWN_KEEP_ALIVE);
        };
    }

    private static ProviderPreset preset(HttpProbe probe, Duration keepAlive) {
        return new ProviderPreset(probe, keepAlive, CONNECTIONS);
    }

    private static HttpProbe get(String path, @Nullable String bodyContains) {
        return new HttpProbe("GET", path, List.of(200), bodyContains, false);
    }
}
