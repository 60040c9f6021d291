package dev.datapath.e2e.bench;

import dev.datapath.e2e.bench.ClusterFigures.Changes;
import dev.datapath.e2e.bench.ClusterFigures.LastGood;
import dev.datapath.e2e.bench.ClusterFigures.LeaderChange;
import dev.datapath.e2e.bench.ClusterFigures.Operator;
import dev.datapath.e2e.k3s.Installation;
import dev.datapath.e2e.k3s.K3sCluster;
import dev.datapath.e2e.k3s.K3sImage;
import dev.datapath.e2e.k3s.Site;
import dev.datapath.e2e.rig.Patience;
import dev.datapath.e2e.rig.Traffic;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** What DataPath needs and how fast it is as it is installed in a cluster: two operators, two gateways in front of a store of three nodes. */
final class Cluster implements AutoCloseable {
    private static final int LISTENER = 8081;
    private static final int PER_SECOND = 50;
    private static final String OBJECTS = "objects";
    private static final long MIB = 1 << 20;
    /** An operator that has done its work writes nothing any more; gateways' last good configuration follows a change within ten seconds. */
    private static final Duration SETTLE = Duration.ofSeconds(15);

    private final PrintStream out;
    private final boolean quick;
    private final K3sCluster cluster;
    private final Installation installation;
    private final Site site;
    private final ClusterRules rules;
    private final PodStarts operatorStarts;
    private final PodStarts gatewayStarts;
    private final Random random = new Random(5);

    private Cluster(PrintStream out, boolean quick, K3sCluster cluster) throws IOException {
        this.out = out;
        this.quick = quick;
        this.cluster = cluster;
        installation = Installation.in(cluster, Map.of());
        site = Site.start(cluster, "bench", LISTENER);
        rules = new ClusterRules(cluster.client(), site);
        operatorStarts = new PodStarts(cluster, Installation.NAMESPACE, "app.kubernetes.io/component", "operator");
        gatewayStarts = new PodStarts(cluster, site.namespace(), "datapath.dev/datapath", "training");
    }

    /** Why nothing can be measured in a cluster here; empty when it can. */
    static Optional<String> missing() {
        return K3sImage.configured().missing().or(Installation::missing);
    }

    /** @param quick less of everything */
    static ClusterFigures measure(PrintStream out, boolean quick) throws IOException, InterruptedException {
        try (var cluster = K3sCluster.start(K3sImage.configured());
                var bench = new Cluster(out, quick, cluster)) {
            return bench.measure();
        }
    }

    private ClusterFigures measure() throws IOException, InterruptedException {
        out.println("Cluster: gateways start");
        var starts = gatewayStarts();
        try (var gateways = GatewayProbes.of(cluster, site, LISTENER)) {
            return measure(gateways, starts);
        }
    }

    private ClusterFigures measure(GatewayProbes gateways, List<Double> starts) throws InterruptedException {
        var changes = new ArrayList<Changes>();
        var operators = new ArrayList<Operator>();
        changes.add(changes(gateways, "1 policy"));
        operators.add(operator("1 policy"));
        var leaders = new ArrayList<LeaderChange>();
        for (int i = 0; i < (quick ? 1 : 3); i++) {
            out.println("Cluster: the leader is killed");
            leaders.add(leaderChange(gateways));
        }

        rules.fill(999, 1);
        changes.add(changes(gateways, "1,000 policies of one rule"));
        operators.add(operator("1,000 policies of one rule"));
        rules.clear();
        rules.fill(30, 100);
        changes.add(changes(gateways, "3,000 rules in 31 policies"));
        operators.add(operator("3,000 rules in 31 policies"));
        out.println("Cluster: a gateway starts without operators");
        return new ClusterFigures(changes, operators, starts, leaders, lastGood(3000));
    }

    private Changes changes(GatewayProbes gateways, String world) {
        out.println("Cluster: changes of a rule, " + world);
        change(gateways);
        settle();
        var nanos = new ArrayList<Long>();
        for (int i = 0; i < (quick ? 10 : 30); i++) {
            // A changing pause, so that no timer of the operator is always met at the same moment.
            LockSupport.parkNanos(Duration.ofMillis(1000 + random.nextInt(1000)).toNanos());
            nanos.add(change(gateways));
        }
        return new Changes(world, nanos);
    }

    private long change(GatewayProbes gateways) {
        long start = System.nanoTime();
        gateways.await(ClusterRules.BUCKET, rules.change());
        return System.nanoTime() - start;
    }

    private Operator operator(String world) {
        out.println("Cluster: operators, " + world);
        settle();
        var leader = cluster.process(leader());
        var standby = cluster.process(installation.operators().stream()
                .filter(pod -> !name(pod).equals(installation.leader()))
                .findFirst()
                .orElseThrow());
        var seconds = new ArrayList<Double>();
        for (int i = 0; i < (quick ? 1 : 3); i++) {
            int operators = 3 + i;
            seconds.add(operatorStarts.measure(() -> installation.scale(operators)));
        }
        // The ones that came last go first.
        installation.scale(2);
        Patience.await(
                "two operators are left", 500, () -> installation.operators().size() == 2);
        return new Operator(
                world, leader.residentBytes() / MIB, leader.peakBytes() / MIB, standby.residentBytes() / MIB, seconds);
    }

    private List<Double> gatewayStarts() {
        var seconds = new ArrayList<Double>();
        for (int i = 0; i < (quick ? 1 : 5); i++) {
            var gateways = "--replicas=" + (3 + i);
            seconds.add(gatewayStarts.measure(() -> scale(gateways)));
        }
        scale("--replicas=2");
        Patience.await("two gateways are left", 500, () -> site.gateways().size() == 2);
        return seconds;
    }

    private void scale(String replicas) {
        cluster.kubectl("scale", "datapath/training", replicas, "-n", site.namespace());
    }

    private LeaderChange leaderChange(GatewayProbes gateways) throws InterruptedException {
        settle();
        try (var s3 = site.s3();
                var traffic = traffic(s3)) {
            var leader = leader();
            long start = System.nanoTime();
            cluster.kill(leader);
            cluster.client().resource(leader).withGracePeriod(0).delete();
            gateways.await(ClusterRules.BUCKET, rules.change());
            double seconds = (System.nanoTime() - start) / 1e9;
            installation.awaitOperators();
            settle();
            if (!traffic.finish(60)) {
                throw new IllegalStateException("requests are not answered");
            }
            var results = traffic.drain();
            return new LeaderChange(seconds, results.size(), (int)
                    results.stream().filter(Traffic.Result::failed).count());
        }
    }

    private static Traffic traffic(S3Client s3) {
        var content = new byte[64 << 10];
        if (s3.listBuckets().buckets().isEmpty()) {
            s3.createBucket(create -> create.bucket(OBJECTS));
            s3.putObject(put -> put.bucket(OBJECTS).key("one"), RequestBody.fromBytes(content));
        }
        return new Traffic(List.of(s3), OBJECTS, Map.of("one", content), PER_SECOND);
    }

    private LastGood lastGood(int rules) {
        settle();
        var secret = cluster.client()
                .secrets()
                .inNamespace(site.namespace())
                .withName("training-gateway-last-good")
                .require();
        int bytes = secret.getData().values().stream()
                .mapToInt(text -> Base64.getDecoder().decode(text).length)
                .sum();
        installation.scale(0);
        Patience.await(
                "no operator is left", 500, () -> installation.operators().isEmpty());
        var gateway = site.gateways().getFirst();
        return new LastGood(
                rules,
                bytes,
                gatewayStarts.measure(() -> cluster.client().resource(gateway).delete()));
    }

    private Pod leader() {
        return installation.operators().stream()
                .filter(pod -> name(pod).equals(installation.leader()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no operator leads"));
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }

    private static void settle() {
        long end = System.nanoTime() + SETTLE.toNanos();
        Patience.await("some time has passed", 100, () -> System.nanoTime() > end);
    }

    @Override
    public void close() {
        operatorStarts.close();
        gatewayStarts.close();
    }
}
