package dev.datapath.operator.plan;

/** Where a request is forwarded to. */
public sealed interface Backend {

    /** The name of the pool, usable or not. */
    String name();

    /** A pool of the plan, by name. */
    record Pool(String name) implements Backend {}

    /** A pool that is named but does not exist or cannot be used: its share of requests gets 503, the rest works. */
    record Unavailable(String name) implements Backend {}
}
