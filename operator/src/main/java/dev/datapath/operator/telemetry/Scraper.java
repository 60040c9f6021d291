package dev.datapath.operator.telemetry;

import dev.datapath.operator.envoy.admin.NodeTable;
import java.io.IOException;

/**
 * Reads one target of Envoy's admin interface from one gateway. Called on several threads at the same time.
 *
 * @param <E> an endpoint, see {@link ScrapedGateway}
 */
@FunctionalInterface
public interface Scraper<E> {
    /**
     * The response, as {@link NodeTable.Admin#get} defines it. Returns or throws within a few seconds, and reads a
     * bounded number of bytes.
     *
     * @param target path and query of the admin interface
     * @throws IOException when the gateway does not respond, or responds with a status other than 200
     */
    String get(E endpoint, String target) throws IOException, InterruptedException;
}
