package dev.datapath.operator.standalone;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The options of {@code datapath run}.
 *
 * @param source the directory with the objects
 * @param gateways gateways for each DataPath, 1 to 100
 * @param portOffset distance between the ports of a DataPath's gateways
 * @param bindAddress IP address that listeners are bound to
 * @param workers Envoy's worker threads per gateway
 * @param workDirectory directory for the files of gateways; null for a directory of the source below the one for
 *     temporary files
 * @param envoy the Envoy binary
 */
public record StandaloneOptions(
        Path source,
        int gateways,
        int portOffset,
        String bindAddress,
        int workers,
        @Nullable Path workDirectory,
        Path envoy) {}
