package dev.datapath.e2e.bench;

import java.util.Locale;

/**
 * A fixed amount of work for a proxy: the same for every proxy and round.
 *
 * @param method GET or PUT
 * @param size bytes of each object
 * @param requests how many
 * @param connections clients at the same time, each with one kept-alive connection
 * @param tls whether clients speak TLS to the proxy; the proxy speaks clear text to the store
 */
record Work(String method, int size, int requests, int connections, boolean tls) {
    private static final int MIB = 1 << 20;

    long bytes() {
        return (long) size * requests;
    }

    /** {@code GET 4 KiB clear}, say. */
    String name() {
        return method + " " + sizeText() + (tls ? " TLS" : " clear");
    }

    String sizeText() {
        return size >= MIB ? size / MIB + " MiB" : String.format(Locale.ROOT, "%d KiB", size / 1024);
    }
}
