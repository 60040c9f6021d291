package dev.datapath.operator.xds;

import java.util.List;

/**
 * What the connected gateways of one DataPath run.
 *
 * @param dataPath its key, {@code namespace/name}
 * @param gateways the connected gateways by name
 */
public record DataPathSync(String dataPath, List<GatewayState> gateways) {
    public DataPathSync {
        gateways = List.copyOf(gateways);
    }

    /** Whether at least one gateway is connected and each one runs all of that snapshot. */
    public boolean synced(String intent) {
        return !gateways.isEmpty() && gateways.stream().allMatch(gateway -> gateway.synced(intent));
    }

    /** The connected gateways that do not run all of that snapshot. */
    public List<GatewayState> behind(String intent) {
        return gateways.stream().filter(gateway -> !gateway.synced(intent)).toList();
    }
}
