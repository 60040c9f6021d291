package dev.datapath.e2e.bench;

import java.util.List;

/** One proxy in front of the store, with a worker thread of its own. */
interface Proxy extends AutoCloseable {
    /** What tables call it. */
    String name();

    /** Its port on loopback for clear text or TLS. */
    int port(boolean tls);

    /** The process that moves the bytes. */
    long pid();

    /** The buckets to ask it for. */
    List<String> buckets();

    @Override
    void close();
}
