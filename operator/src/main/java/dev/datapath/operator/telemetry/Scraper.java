package dev.datapath.operator.telemetry;

import dev.datapath.operator.envoy.admin.NodeTable;
import java.io.IOException;

/**
 * Asks one gateway for one target of Envoy's admin interface. Called on several threads at the same time.
 *
 * @param <E> an endpoint, see {@link ScrapedGateway}
 */
@FunctionalInterface
public interface Scraper<E> {
    /**
     * The answer, as {@link NodeTable.Admin#get} defines it. Returns or throws within a few seconds, and reads a bounded number of
     * bytes.
     *
     * @param target path and query of the admin interface
     * @throws IOException when the gateway does not answer, or answers with another status than 200
     */
    String get(E endpoint, String target) throws IOException, InterruptedException;
}
