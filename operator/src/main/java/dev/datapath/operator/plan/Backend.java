package dev.datapath.operator.plan;

/** The destination of a request. */
public sealed interface Backend {

    /** The name of the pool, usable or not. */
    String name();

    /** A pool of the plan, by name. */
    record Pool(String name) implements Backend {}

    /** A pool that does not exist or cannot be used: its share of requests gets 503, other requests are served. */
    record Unavailable(String name) implements Backend {}
}
