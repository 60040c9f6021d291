package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.StoragePoolSpec.Provider;
import dev.datapath.operator.plan.HealthPlan.HttpProbe;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about an object store: how it says that it is healthy, and when it closes idle connections.
 *
 * @param probe what a node is asked, without credentials, and what it answers when it is healthy
 * @param keepAlive how long the gateways keep an idle connection: below the time after which the store, as it is
 *     delivered, closes it, with a margin for a request that is on its way. A request on a connection that the store is
 *     closing fails, and a write cannot be repeated
 * @param maxConnectionsPerNode connections of one gateway to one node
 */
record ProviderPreset(HttpProbe probe, Duration keepAlive, int maxConnectionsPerNode) {
    /**
     * Where the store's own time is unknown: below the 5 s of Apache httpd and Node.js, the shortest in common use.
     */
    private static final Duration UNKNOWN_KEEP_ALIVE = Duration.ofSeconds(4);

    private static final int CONNECTIONS = 1000;

    static ProviderPreset of(Provider provider) {
        return switch (provider) {
            // Always 200: the body decides. A node takes 1,000 connections.
            case ObjectScale, ECS ->
                preset(get("/?ping", "<Name>MAINTENANCE_MODE</Name><Status>OFF</Status>"), Duration.ofSeconds(50));
            // 503 while it is switched off for maintenance; its front end closes after 65 s.
            case CephRGW -> preset(get("/swift/healthcheck", null), Duration.ofSeconds(60));
            // Says whether the process serves; /minio/health/cluster would take all nodes out at once.
            case MinIO -> preset(get("/minio/health/live", null), UNKNOWN_KEEP_ALIVE);
            case StorageGRID -> preset(new HttpProbe("OPTIONS", "/", List.of(200), null, false), UNKNOWN_KEEP_ALIVE);
            case Scality -> preset(get("/_/healthcheck/deep", null), UNKNOWN_KEEP_ALIVE);
            case SeaweedFS, S3Proxy -> preset(get("/healthz", null), UNKNOWN_KEEP_ALIVE);
            case VersityGW -> preset(get("/health", null), UNKNOWN_KEEP_ALIVE);
            // No path is common to all stores: whatever the status, a program that answers is alive. HEAD has no body.
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
