package dev.datapath.e2e.bench;

import dev.datapath.e2e.rig.FaultyLink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** What clients notice when one of four nodes, or all of them, behave badly: 400 requests a second, come what may. */
final class Faults implements AutoCloseable {
    private static final int NODES = 4;
    private static final int PER_SECOND = 400;
    private static final Duration SETTLE = Duration.ofSeconds(3);
    /** Healthy requests take a few milliseconds; one that takes longer than this has met the fault. */
    private static final long NOTICED_NANOS = 100_000_000;

    /** What is done to the nodes. */
    enum Fault {
        NONE("none"),
        KILLED("1 of 4 nodes killed (RST)"),
        BLACK_HOLED("1 of 4 nodes black-holed (DROP)"),
        SLOW("1 of 4 nodes 200 ms slow"),
        REFUSING("2 of 4 nodes answer 503 SlowDown");

        final String text;

        Fault(String text) {
            this.text = text;
        }
    }

    /**
     * What clients of one proxy met under one fault.
     *
     * @param reads downloads sent
     * @param failedReads of them, not answered 200 in full
     * @param writes uploads sent
     * @param failedWrites of them, not answered 200
     * @param p50Nanos median time of all requests
     * @param p99Nanos 99th percentile
     * @param p999Nanos 99.9th percentile
     * @param noticedNanos from the fault until the last request was sent that failed or took over 100 ms
     * @param amplification requests that reached the nodes, per request of clients
     */
    record Row(
            String proxy,
            Fault fault,
            int reads,
            int failedReads,
            int writes,
            int failedWrites,
            long p50Nanos,
            long p99Nanos,
            long p999Nanos,
            long noticedNanos,
            double amplification) {}

    private final List<MemoryStore> stores = new ArrayList<>();
    private final List<FaultyLink> links = new ArrayList<>();

    Faults() {
        for (int i = 0; i < NODES; i++) {
            // Gateways wait for pool a, whichever node answers.
            var store = MemoryStore.start("a");
            stores.add(store);
            links.add(FaultyLink.to(store.port()));
        }
    }

    /** The ports to give to a proxy as its nodes. */
    int[] ports() {
        return links.stream().mapToInt(FaultyLink::port).toArray();
    }

    /** Lets the fault happen under load, and then lets the nodes and the proxy recover. */
    Row measure(Proxy proxy, Fault fault, Duration time) throws IOException, InterruptedException {
        new OpenLoop(proxy).run(PER_SECOND, Duration.ofSeconds(1));
        long before = reached();
        var trigger = Thread.ofPlatform().start(() -> {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            apply(fault);
        });
        var samples = new OpenLoop(proxy).run(PER_SECOND, time.plusSeconds(1));
        trigger.join();
        long after = reached();
        recover();
        LockSupport.parkNanos(SETTLE.toNanos());
        return row(proxy, fault, samples, (double) (after - before) / samples.size());
    }

    private void apply(Fault fault) {
        switch (fault) {
            case NONE -> {}
            case KILLED -> links.getFirst().refuse();
            case BLACK_HOLED -> links.getFirst().blackHole();
            case SLOW -> links.getFirst().delay(Duration.ofMillis(200));
            case REFUSING -> stores.subList(0, 2).forEach(store -> store.slowDown(true));
        }
    }

    private void recover() {
        links.forEach(FaultyLink::pass);
        stores.forEach(store -> store.slowDown(false));
    }

    private long reached() {
        return stores.stream().mapToLong(MemoryStore::requests).sum();
    }

    private static Row row(Proxy proxy, Fault fault, List<OpenLoop.Sample> samples, double amplification) {
        var nanos = samples.stream().mapToLong(OpenLoop.Sample::nanos).sorted().toArray();
        long noticed = samples.stream()
                .filter(sample -> !sample.ok() || sample.nanos() > NOTICED_NANOS)
                .mapToLong(OpenLoop.Sample::atNanos)
                .max()
                .orElse(0);
        return new Row(
                proxy.name(),
                fault,
                count(samples, s -> !s.put()),
                count(samples, s -> !s.put() && !s.ok()),
                count(samples, OpenLoop.Sample::put),
                count(samples, s -> s.put() && !s.ok()),
                Figures.percentile(nanos, 50),
                Figures.percentile(nanos, 99),
                Figures.percentile(nanos, 99.9),
                Math.max(0, noticed - Duration.ofSeconds(1).toNanos()),
                amplification);
    }

    private static int count(List<OpenLoop.Sample> samples, java.util.function.Predicate<OpenLoop.Sample> which) {
        return (int) samples.stream().filter(which).count();
    }

    @Override
    public void close() {
        Consumer<AutoCloseable> close = part -> {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close " + part, e);
            }
        };
        links.forEach(close);
        stores.forEach(close);
    }
}
