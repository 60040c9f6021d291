package dev.datapath.e2e.bench;

import dev.datapath.e2e.rig.ProcessMemory;
import dev.datapath.e2e.rig.TestPki.PemPair;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** How long one changed rule takes from the rename of its file until the gateway acts on it, and what the operator needs. */
final class ControlPlane {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long PROBE_EVERY_NANOS = 500_000;
    private static final long PAUSE_NANOS = 150_000_000;
    private static final long MIB = 1 << 20;
    private static final int COUNTED_CHANGES = 20;
    private static final long COUNTED_PAUSE_NANOS = 500_000_000;

    /**
     * What was found for a number of rules of a shape.
     *
     * @param changeNanos from the rename to the first answer from the other store, one per change
     * @param operatorCpuMillis processor time of the operator for one change
     * @param gatewayCpuMillis the same of the gateway, which serves nothing meanwhile
     * @param readySeconds from the operator's start until it said that it is ready
     * @param servingSeconds from its start until the gateway served
     * @param operatorMib the operator's resident memory after the changes
     * @param operatorPeakMib the most it had
     * @param gatewayMib the gateway's resident memory after the changes
     */
    record Row(
            int rules,
            Manifests.Shape shape,
            List<Long> changeNanos,
            double operatorCpuMillis,
            double gatewayCpuMillis,
            double readySeconds,
            double servingSeconds,
            long operatorMib,
            long operatorPeakMib,
            long gatewayMib) {
        double millis(double percentile) {
            return Figures.percentile(changeNanos, percentile) / 1e6;
        }
    }

    private ControlPlane() {}

    static Row measure(Path directory, int rules, Manifests.Shape shape, int changes, PemPair certificate)
            throws IOException, TimeoutException {
        try (var a = MemoryStore.start("a");
                var b = MemoryStore.start("b");
                var gateway = new BenchGateway(
                        "DataPath",
                        directory,
                        rules,
                        shape,
                        certificate,
                        Manifests.pool("a", a.port()),
                        Manifests.pool("b", b.port()))) {
            var taken = new ArrayList<Long>();
            var random = new Random(rules);
            try (var probe = new Probe(gateway.port(false))) {
                for (int i = 0; i < changes; i++) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                    taken.add(change(gateway.files(), probe, random.nextInt(rules)));
                }
            }
            var cpu = cpuMillis(gateway, random, rules);
            return new Row(
                    rules,
                    shape,
                    taken,
                    cpu[0],
                    cpu[1],
                    gateway.untilReady().toMillis() / 1e3,
                    gateway.untilServing().toMillis() / 1e3,
                    ProcessMemory.residentBytes(gateway.operatorPid()) / MIB,
                    ProcessMemory.peakBytes(gateway.operatorPid()) / MIB,
                    ProcessMemory.residentBytes(gateway.pid()) / MIB);
        }
    }

    /** Of operator and gateway for one change, without what they take when nothing changes. */
    private static double[] cpuMillis(BenchGateway gateway, Random random, int rules) throws IOException {
        long[] pids = {gateway.operatorPid(), gateway.pid()};
        var nanos = new long[2];
        for (boolean changing : new boolean[] {false, true}) {
            for (int i = 0; i < pids.length; i++) {
                nanos[i] += (changing ? -1 : 1) * CpuClock.nanos(pids[i]);
            }
            for (int i = 0; i < COUNTED_CHANGES; i++) {
                if (changing) {
                    gateway.files().flip(random.nextInt(rules));
                }
                LockSupport.parkNanos(COUNTED_PAUSE_NANOS);
            }
            for (int i = 0; i < pids.length; i++) {
                nanos[i] += (changing ? 1 : -1) * CpuClock.nanos(pids[i]);
            }
        }
        return new double[] {nanos[0] / 1e6 / COUNTED_CHANGES, nanos[1] / 1e6 / COUNTED_CHANGES};
    }

    private static long change(RuleFiles files, Probe probe, int bucket) throws IOException, TimeoutException {
        var name = Manifests.bucket(bucket);
        // The rename is the last thing that flip does; writing the file before it is a few microseconds.
        long start = System.nanoTime();
        var expected = files.flip(bucket);
        while (!probe.storeOf(name).equals(expected)) {
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                throw new TimeoutException("a change was not enforced within " + LIMIT);
            }
            LockSupport.parkNanos(PROBE_EVERY_NANOS);
        }
        return System.nanoTime() - start;
    }
}
