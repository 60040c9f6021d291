package dev.datapath.operator.envoy;

import com.google.protobuf.TypeRegistry;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.*;
import dev.datapath.operator.plan.RulePlan.*;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.*;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;

class RenderProbe {
    public static void main(String[] args) throws Exception {
        int n = Integer.parseInt(args[1]);
        var pool = new PoolPlan(
                "store",
                List.of(new PoolPlan.NodePlan("n1", "127.0.0.1", 19999, "", 100, false)),
                null,
                new HealthPlan(
                        new HealthPlan.Active(
                                new HealthPlan.HttpProbe("GET", "/?ping", List.of(200), "OFF"),
                                null,
                                Duration.ofSeconds(1),
                                Duration.ofMillis(500),
                                2,
                                2),
                        new HealthPlan.Passive(5, Duration.ofSeconds(3), 75),
                        0),
                new PoolPlan.Limits(1000, 2000, Duration.ofSeconds(5), Duration.ofMillis(500), 20),
                new PoolPlan.Balancing(PoolPlan.Balancing.Policy.LEAST_REQUEST, Duration.ZERO, true));
        var rules = new ArrayList<RulePlan>();
        var matches = new ArrayList<MatchPlan>();
        for (int i = 0; i < n; i++) {
            rules.add(new RulePlan(
                    "ai/p/r" + i,
                    new Forward(List.of(new WeightedBackend(new Backend.Pool("store"), 1))),
                    new Timeouts(null, null),
                    new Retry(3, Duration.ofMillis(5)),
                    null));
            matches.add(new MatchPlan(
                    "ai/p/r" + i, new BucketMatch.Exact("bucket-" + i), "", Set.of(), List.of(), List.of()));
        }
        rules.add(new RulePlan(
                "ai/p/deny",
                new Deny("AccessDenied", 403),
                new Timeouts(null, null),
                new Retry(3, Duration.ofMillis(5)),
                null));
        matches.add(
                0,
                new MatchPlan(
                        "ai/p/deny",
                        new BucketMatch.Exact("archive"),
                        "",
                        Set.of(S3Operation.PutObject, S3Operation.DeleteObject, S3Operation.CreateMultipartUpload),
                        List.of(),
                        List.of()));
        matches.add(
                0,
                new MatchPlan("ai/p/deny", new BucketMatch.Exact("keys"), "secret/", Set.of(), List.of(), List.of()));
        matches.add(new MatchPlan(
                "ai/p/deny",
                new BucketMatch.Prefix("laion-"),
                "",
                Set.of(S3Operation.GetObject),
                List.of(new MatchPlan.HeaderValue("x-team", "vision")),
                List.of("127.0.0.0/8")));
        var plan = new GatewayPlan(
                new ObjectKey("ai", "training"),
                List.of(new ListenerPlan("s3", 19970, List.of("s3.local"), null, matches, new Backend.Pool("store"))),
                List.of(pool),
                rules,
                Duration.ofMinutes(10),
                GatewayPlan.AccessLog.ALL,
                50000);
        EnvoyResources r = null;
        for (int i = 0; i < 5; i++) {
            long t = System.nanoTime();
            r = EnvoyRenderer.render(plan, RenderOptions.POD);
            int size = r.routes().get(0).toByteString().size();
            System.err.println("render+serialise ms " + (System.nanoTime() - t) / 1000000 + " rds bytes " + size);
        }
        var types = TypeRegistry.newBuilder()
                .add(HttpConnectionManager.getDescriptor())
                .build();
        var l = r.listeners().get(0);
        var lb = l.toBuilder();
        for (var f : lb.getFilterChainsBuilder(0).getFiltersBuilderList())
            if (f.getName().endsWith("manager")) {
                var h = f.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder();
                h.clearRds();
                h.setRouteConfig(r.routes().get(0));
                f.setTypedConfig(Protos.any(h.build()));
            }
        var b = Bootstrap.newBuilder();
        var sr = Bootstrap.StaticResources.newBuilder().addListeners(lb);
        for (var c : r.clusters()) {
            var cb = c.toBuilder();
            if (c.getType() == Cluster.DiscoveryType.EDS) {
                cb.setType(Cluster.DiscoveryType.STATIC).clearEdsClusterConfig();
                for (var e : r.endpoints()) if (e.getClusterName().equals(c.getName())) cb.setLoadAssignment(e);
            }
            sr.addClusters(cb);
        }
        b.setStaticResources(sr);
        Files.write(Path.of(args[0]), b.build().toByteArray());
        Files.writeString(
                Path.of(args[0] + ".boot.json"),
                dev.datapath.operator.envoy.Bootstrap.json(new BootstrapSpec(
                        "gw-0",
                        "ai/training",
                        new ObjectKey("ai", "training"),
                        "",
                        "127.0.0.1",
                        18000,
                        null,
                        Path.of("/tmp/exp/a.sock"),
                        "127.0.0.1",
                        19971,
                        50000)));
    }
}
