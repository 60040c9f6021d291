package dev.datapath.e2e.rig;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Which nodes serve which buckets. Every routing has a pool of its own, so that nodes failed on purpose harm no other test.
 *
 * @param buckets a bucket's name, or the start of names and a {@code *}
 * @param ports the nodes' ports on 127.0.0.1
 * @param firstByte how long a node may take to begin its answer
 * @param idle how long a transfer may stand still
 * @param keepAlive how long a gateway keeps an idle connection to a node; the node must keep it longer
 * @param panicPercent below which share of healthy nodes all of them are used, in percent; 0 is never
 * @param denied whether the requests are refused instead of being served
 */
public record Routing(
        String buckets,
        List<Integer> ports,
        Duration firstByte,
        Duration idle,
        Duration keepAlive,
        int panicPercent,
        boolean denied) {
    /** Those nodes with limits that no test reaches by accident. */
    public static Routing to(String buckets, Integer... ports) {
        return new Routing(
                buckets,
                List.copyOf(Arrays.asList(ports)),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(50),
                30,
                false);
    }

    /** Every request for those buckets is refused. */
    public static Routing deny(String buckets, Integer... ports) {
        var open = to(buckets, ports);
        return new Routing(buckets, open.ports, open.firstByte, open.idle, open.keepAlive, open.panicPercent, true);
    }

    /** The same with another limit for the first byte. */
    public Routing firstByte(Duration limit) {
        return new Routing(buckets, ports, limit, idle, keepAlive, panicPercent, denied);
    }

    /** The same with another limit for a transfer that stands still. */
    public Routing idle(Duration limit) {
        return new Routing(buckets, ports, firstByte, limit, keepAlive, panicPercent, denied);
    }

    /** The same with idle connections to nodes kept that long. */
    public Routing keepAlive(Duration time) {
        return new Routing(buckets, ports, firstByte, idle, time, panicPercent, denied);
    }

    /** The same with nodes that get nothing while none of them is healthy. */
    public Routing withoutPanic() {
        return new Routing(buckets, ports, firstByte, idle, keepAlive, 0, denied);
    }

    /** A name for the pool and the rule: the buckets without what a Kubernetes name may not hold. */
    public String name() {
        return buckets.replace("*", "any").replace('.', '-');
    }
}
