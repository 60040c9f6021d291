package dev.datapath.e2e.bench;

import dev.datapath.e2e.rig.NodeFault;
import dev.datapath.e2e.rig.StandaloneGateway;
import dev.datapath.e2e.rig.TestPki;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;

/**
 * {@code make bench}: prints what the product costs, and writes it as JSON and Markdown.
 *
 * <p>Arguments are names of parts to run, and {@code quick} for fewer rounds; without names, all parts but {@code cluster} run, and
 * only then the document is written. {@code detection} and {@code cluster} have places of their own there, which they always write.
 */
public final class Bench {
    private enum Part {
        DATA_PLANE,
        BIG_TRANSFER,
        CONTROL_PLANE,
        FAULTS,
        DETECTION,
        CLUSTER
    }

    private final PrintStream out;
    private final boolean quick;
    private final TestPki pki = new TestPki("bench authority");
    private final TestPki.PemPair certificate = pki.issue(LoadClient.HOST);
    private final Path directory;

    private Bench(PrintStream out, boolean quick, Path directory) {
        this.out = out;
        this.quick = quick;
        this.directory = directory;
    }

    /** Runs the benchmarks. */
    public static void main(String[] args) throws Exception {
        var words = List.of(args);
        boolean quick = words.contains("quick");
        var parts = EnumSet.noneOf(Part.class);
        for (var word : words) {
            if (!word.equals("quick")) {
                parts.add(part(word));
            }
        }
        boolean all = parts.isEmpty();
        boolean cluster = parts.remove(Part.CLUSTER);
        if (all) {
            parts.addAll(EnumSet.complementOf(EnumSet.of(Part.CLUSTER)));
        }
        boolean detection = parts.remove(Part.DETECTION);
        if (!parts.isEmpty()) {
            onThisMachine(parts, quick, all);
        }
        if (detection) {
            ofFailingNodes(quick);
        }
        if (cluster) {
            inACluster(quick);
        }
    }

    private static void onThisMachine(Set<Part> parts, boolean quick, boolean all) throws Exception {
        var load = Report.loadAverage();
        var sections = in(directory -> new Bench(System.out, quick, directory).run(parts));
        write(new Report(Report.Place.MACHINE, sections, quick ? "make bench BENCH=quick" : "make bench", load), all);
    }

    private static void ofFailingNodes(boolean quick) throws Exception {
        var load = Report.loadAverage();
        var section = in(directory -> new Bench(System.out, quick, directory).detection());
        section.tables().forEach(table -> System.out.println(table.terminal()));
        write(
                new Report(
                        Report.Place.DETECTION,
                        List.of(section),
                        quick ? "make bench BENCH=\"detection quick\"" : "make bench BENCH=detection",
                        load),
                true);
    }

    private static void write(Report report, boolean document) throws IOException {
        report.printAims(System.out);
        report.write(System.out, document);
    }

    private interface Measurement<T> {
        T in(Path directory) throws Exception;
    }

    /** Runs in a directory that is removed afterwards. */
    private static <T> T in(Measurement<T> measurement) throws Exception {
        var directory = Files.createTempDirectory("datapath-bench-");
        try {
            return measurement.in(directory);
        } finally {
            try (var files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static void inACluster(boolean quick) throws Exception {
        var missing = Cluster.missing();
        if (missing.isPresent()) {
            throw new IllegalStateException("NOT MEASURED in a cluster: " + missing.get());
        }
        var load = Report.loadAverage();
        var section = ClusterTables.of(Cluster.measure(System.out, quick));
        section.tables().forEach(table -> System.out.println(table.terminal()));
        write(
                new Report(
                        Report.Place.CLUSTER,
                        List.of(section),
                        quick ? "make bench BENCH=\"cluster quick\"" : "make bench BENCH=cluster",
                        load),
                true);
    }

    private static Part part(String word) {
        var name = word.toUpperCase(Locale.ROOT).replace('-', '_');
        return Arrays.stream(Part.values())
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(word
                        + " is no part of the benchmarks: write quick, or some of " + Arrays.toString(Part.values())));
    }

    private List<Section> run(Set<Part> parts) throws Exception {
        var sections = new ArrayList<Section>();
        if (parts.contains(Part.DATA_PLANE) || parts.contains(Part.BIG_TRANSFER)) {
            sections.addAll(transfers(parts));
        }
        if (parts.contains(Part.CONTROL_PLANE)) {
            add(sections, controlPlane());
        }
        if (parts.contains(Part.FAULTS)) {
            add(sections, faults());
        }
        return sections;
    }

    /** A section is shown as soon as it is there. */
    private void add(List<Section> sections, Section section) {
        sections.add(section);
        out.println();
        section.tables().forEach(table -> out.println(table.terminal()));
    }

    private List<Section> transfers(Set<Part> parts) throws Exception {
        var sections = new ArrayList<Section>();
        try (var store = MemoryStore.start("a");
                var one = gateway(Sections.ONE_RULE, 1, store);
                var many = gateway(Sections.MANY_RULES, 3000, store);
                var bare = PlainProxy.envoy(Sections.BARE, directory.resolve("bare"), 0, certificate, store.port());
                var small = PlainProxy.envoy(
                        Sections.SMALL_BUFFERS, directory.resolve("small"), 32 * 1024, certificate, store.port())) {
            var proxies = new ArrayList<Proxy>(List.of(bare, one, many, small));
            var haproxy = PlainProxy.haproxyBinary()
                    .map(binary -> PlainProxy.haproxy(binary, directory.resolve("haproxy"), certificate, store.port()));
            haproxy.ifPresent(proxies::add);
            try {
                if (parts.contains(Part.DATA_PLANE)) {
                    out.println("Data plane: " + proxies.size() + " proxies in turn");
                    var client = new LoadClient(Wire.trust(pki.authority()));
                    DataPlane.measure(proxies, works(12), 1, Duration.ZERO, client, PrintStreams.NONE);
                    var cells = quick
                            ? DataPlane.measure(proxies, works(4), 4, Duration.ofSeconds(60), client, out)
                            : DataPlane.measure(proxies, works(1), 11, Duration.ofMinutes(5), client, out);
                    add(sections, Sections.dataPlane(cells, proxies));
                }
                if (parts.contains(Part.BIG_TRANSFER)) {
                    int gib = quick ? 1 : 5;
                    out.println("One object of " + gib + " GiB");
                    add(
                            sections,
                            Sections.bigTransfer(List.of(
                                    BigTransfer.get(one, gib, 600L << 20),
                                    BigTransfer.put(one, store, gib, 600L << 20))));
                }
            } finally {
                haproxy.ifPresent(PlainProxy::close);
            }
        }
        return sections;
    }

    /** The work of one round, or the given share of it. */
    private static List<Work> works(int share) {
        var works = new ArrayList<Work>();
        for (boolean tls : new boolean[] {false, true}) {
            for (var method : List.of("GET", "PUT")) {
                works.add(new Work(method, 4 << 10, 6000 / share, 8, tls));
                works.add(new Work(method, 1 << 20, 360 / share, 4, tls));
                works.add(new Work(method, 64 << 20, Math.max(2, 6 / share), 2, tls));
            }
        }
        return works;
    }

    private BenchGateway gateway(String name, int rules, MemoryStore store) throws Exception {
        var pools = new String[] {Manifests.pool("a", store.port()), Manifests.pool("b", store.port())};
        return new BenchGateway(
                name, directory.resolve("rules-" + rules), rules, Manifests.Shape.ALL, certificate, pools);
    }

    private Section controlPlane() throws Exception {
        var rows = new ArrayList<ControlPlane.Row>();
        for (int rules : new int[] {1, 100, 1000, 3000}) {
            var shapes = quick ? List.of(Manifests.Shape.ALL) : List.of(Manifests.Shape.values());
            for (var shape : shapes) {
                out.println("Control plane: " + rules + " rules for " + shape.text);
                rows.add(ControlPlane.measure(
                        directory.resolve("control-" + rules + shape), rules, shape, quick ? 10 : 40, certificate));
            }
        }
        return Sections.controlPlane(rows);
    }

    private Duration time(Faults.Fault fault) {
        return Duration.ofSeconds(quick ? 3 : fault == Faults.Fault.NONE ? 5 : 10);
    }

    private Section detection() throws Exception {
        var detection = new Detection(Duration.ofSeconds(quick ? 10 : 20));
        var rows = new ArrayList<Detection.Row>();
        var haproxy = PlainProxy.haproxyBinary();
        if (haproxy.isEmpty()) {
            out.println("Detection: haproxy is not installed, so there is nothing to compare with");
        }
        try (var gateway = StandaloneGateway.start(1);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var fault : NodeFault.values()) {
                out.println("Detection: " + fault.text());
                // Its nodes speak clear text, and it looks at no body.
                boolean compared = fault != NodeFault.EXPIRED_CERTIFICATE && fault != NodeFault.WRONG_BODY;
                var peer = haproxy.filter(binary -> compared)
                        .map(binary -> threads.submit(() -> detection.haproxy(
                                binary, directory.resolve("detection-" + fault), certificate, fault)));
                rows.addAll(detection.presets(gateway, fault));
                if (peer.isPresent()) {
                    rows.add(peer.get().get());
                }
            }
        }
        return DetectionTables.of(rows);
    }

    private Section faults() throws Exception {
        var rows = new ArrayList<Faults.Row>();
        try (var faults = new Faults()) {
            var ports = faults.ports();
            try (var gateway = new BenchGateway(
                            Sections.DATAPATH,
                            directory.resolve("faults"),
                            1,
                            Manifests.Shape.ALL,
                            certificate,
                            Manifests.pool("a", ports),
                            Manifests.pool("b", ports));
                    var bare =
                            PlainProxy.envoy(Sections.BARE, directory.resolve("faults-bare"), 0, certificate, ports)) {
                var proxies = new ArrayList<Proxy>(quick ? List.of(gateway) : List.of(gateway, bare));
                var haproxy = PlainProxy.haproxyBinary()
                        .map(binary ->
                                PlainProxy.haproxy(binary, directory.resolve("faults-haproxy"), certificate, ports));
                haproxy.ifPresent(proxies::add);
                try {
                    for (var fault : Faults.Fault.values()) {
                        for (var proxy : proxies) {
                            out.println("Faults: " + fault.text + ", " + proxy.name());
                            rows.add(faults.measure(proxy, fault, time(fault)));
                        }
                    }
                } finally {
                    haproxy.ifPresent(PlainProxy::close);
                }
            }
        }
        return FaultTables.of(rows);
    }
}
