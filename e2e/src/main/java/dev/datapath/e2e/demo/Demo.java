package dev.datapath.e2e.demo;

import dev.datapath.e2e.demo.Screen.Ink;
import dev.datapath.e2e.rig.Traffic;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * {@code make demo}: a store of four nodes, two gateways, the AWS SDK under a steady load, and a node that vanishes meanwhile.
 *
 * <p>Ends with status 1 when a client saw an error, when something did not come up, or when something is left behind.
 */
public final class Demo {
    private static final String BUCKET = "training";
    private static final int OBJECTS = 16;
    private static final int PER_SECOND = 30;
    private static final int LOST = 2;
    private static final int LONGEST = 70;
    private static final String ROW = "  %6s  %7s  %7s  %7s  %12s  %12s   %s";

    private final Screen screen = new Screen(System.out);
    private final List<Traffic.Result> all = new ArrayList<>();
    private int second;

    private Demo() {}

    /** Runs the demo. */
    public static void main(String[] args) {
        int status = 1;
        try {
            status = new Demo().run();
        } catch (Exception e) {
            System.err.println("The demo failed: " + e.getMessage());
        }
        System.exit(status);
    }

    private int run() throws Exception {
        screen.line(screen.in(Ink.BOLD, "DataPath: ")
                + "four S3 nodes (s3proxy), two gateways (Envoy), the AWS SDK for Java");
        screen.line();
        boolean good;
        Stage stage = Stage.start();
        try (stage) {
            screen.done("store", Stage.NODES + " nodes over one directory serve", stage.awaitStore());
            screen.done(
                    "gateways",
                    Stage.GATEWAYS + " gateways run the configuration and see every node",
                    stage.awaitGateways());
            var gateways =
                    Arrays.stream(stage.gatewayPorts()).mapToObj(Clients::of).toList();
            try {
                var objects = upload(gateways);
                good = underLoad(stage, gateways, objects);
                conditions(stage);
            } finally {
                gateways.forEach(S3Client::close);
            }
        }
        return summary(stage, good) ? 0 : 1;
    }

    /** Lets every node, and this JVM, load what requests need while the gateways start: the demo is not about that. */
    private static void warmUp(Stage stage) {
        stage.store().nodes().parallelStream().forEach(node -> {
            try (var direct = Clients.of(node.directPort())) {
                var bucket = "warm-up-" + node.name();
                direct.createBucket(create -> create.bucket(bucket));
                direct.putObject(put -> put.bucket(bucket).key("object"), RequestBody.fromBytes(new byte[1024]));
                direct.getObjectAsBytes(get -> get.bucket(bucket).key("object"));
            }
        });
    }

    /** Writes objects through one gateway and reads them back through the other. */
    private Map<String, byte[]> upload(List<S3Client> gateways) {
        long start = System.nanoTime();
        var random = new Random(1);
        var objects = new LinkedHashMap<String, byte[]>();
        gateways.getFirst().createBucket(create -> create.bucket(BUCKET));
        for (int i = 0; i < OBJECTS; i++) {
            var content = new byte[1024 << random.nextInt(10)];
            random.nextBytes(content);
            objects.put(String.format(Locale.ROOT, "shards/%03d ☃.tar", i), content);
        }
        objects.entrySet().parallelStream().forEach(object -> {
            var key = object.getKey();
            gateways.getFirst().putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromBytes(object.getValue()));
            var read = gateways.getLast()
                    .getObjectAsBytes(get -> get.bucket(BUCKET).key(key))
                    .asByteArrayUnsafe();
            if (!Arrays.equals(read, object.getValue())) {
                throw new IllegalStateException(key + " came back with other bytes than were written");
            }
        });
        long bytes =
                objects.values().stream().mapToLong(content -> content.length).sum();
        var text = String.format(
                Locale.ROOT,
                "%d objects, %.1f MiB, written through one and read through the other",
                OBJECTS,
                bytes / 1048576.0);
        screen.done("objects", text, (System.nanoTime() - start) / 1e9);
        return objects;
    }

    private boolean underLoad(Stage stage, List<S3Client> gateways, Map<String, byte[]> objects) throws Exception {
        screen.heading(PER_SECOND + " requests a second through both gateways, without any retry by the SDK");
        screen.line(screen.in(
                Ink.FAINT,
                ROW.formatted(
                        "second", "reads", "writes", "errors", "slowest read", "slowest write", "healthy nodes")));
        var node = stage.store().nodes().get(LOST);
        try (var traffic = new Traffic(gateways, BUCKET, objects, PER_SECOND)) {
            watch(traffic, stage, 2);
            node.link().blackHole();
            screen.event(node.name() + " is black-holed: not a packet comes back");
            watch(traffic, stage, 3);
            node.link().pass();
            screen.event(node.name() + " is back");
            watch(traffic, stage, 2);
            boolean finished = traffic.finish(10);
            all.addAll(traffic.drain());
            if (!finished) {
                screen.line(screen.in(Ink.RED, "  " + traffic.running() + " requests had no answer after ten seconds"));
            }
            stage.awaitHealthy(Stage.NODES);
            return finished;
        }
    }

    private void watch(Traffic traffic, Stage stage, int seconds) {
        for (int i = 0; i < seconds; i++) {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            var ended = traffic.drain();
            all.addAll(ended);
            long errors = ended.stream().filter(Traffic.Result::failed).count();
            var row = ROW.formatted(
                    ++second,
                    ended.stream().filter(result -> !result.write()).count(),
                    ended.stream().filter(Traffic.Result::write).count(),
                    errors,
                    slowest(ended, false),
                    slowest(ended, true),
                    stage.status().healthyNodes());
            screen.line(errors == 0 ? row : screen.in(Ink.RED, row));
        }
    }

    private static String slowest(List<Traffic.Result> results, boolean write) {
        return results.stream()
                .filter(result -> result.write() == write)
                .mapToLong(Traffic.Result::nanos)
                .max()
                .stream()
                .mapToObj(nanos -> nanos / 1_000_000 + " ms")
                .findFirst()
                .orElse("-");
    }

    private void conditions(Stage stage) {
        screen.heading("What DataPath says of it (.status)");
        for (var condition : stage.status().conditions()) {
            boolean good = condition.status().equals("True");
            screen.line(String.format(
                    Locale.ROOT,
                    "  %-24s %-18s %s  %s",
                    condition.object(),
                    condition.type(),
                    screen.in(good ? Ink.GREEN : Ink.RED, String.format(Locale.ROOT, "%-7s", condition.status())),
                    screen.in(Ink.FAINT, shortened(condition.message()))));
        }
    }

    private static String shortened(String message) {
        return message.length() <= LONGEST ? message : message.substring(0, LONGEST - 1) + "…";
    }

    private boolean summary(Stage stage, boolean finished) {
        long errors = all.stream().filter(Traffic.Result::failed).count();
        boolean clean = ProcessHandle.current().descendants().findAny().isEmpty() && !Files.exists(stage.directory());
        screen.line();
        screen.line(String.format(
                Locale.ROOT,
                "  %s %,d requests while one of four nodes came and went: %s. Slowest read %s, slowest write %s.",
                mark(errors == 0 && finished),
                all.size(),
                errors == 0 ? "no error" : errors + " errors",
                slowest(all, false),
                slowest(all, true)));
        all.stream()
                .filter(Traffic.Result::failed)
                .limit(5)
                .forEach(result -> screen.line(screen.in(Ink.RED, "    " + result.error())));
        screen.line("  " + mark(clean)
                + (clean ? " Everything is stopped; no process and no file is left." : " Something is left behind."));
        return errors == 0 && finished && clean;
    }

    private String mark(boolean good) {
        return good ? screen.in(Ink.GREEN, "✔") : screen.in(Ink.RED, "✘");
    }
}
