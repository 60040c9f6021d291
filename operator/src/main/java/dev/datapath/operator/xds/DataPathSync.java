package dev.datapath.operator.xds;

import java.util.List;

/**
 * The sync state of the connected gateways of one DataPath.
 *
 * @param dataPath its key, {@code namespace/name}
 * @param gateways the connected gateways by name
 */
public record DataPathSync(String dataPath, List<GatewayState> gateways) {
    public DataPathSync {
        gateways = List.copyOf(gateways);
    }

    /** Whether at least one gateway is connected and each one runs that intent completely. */
    public boolean synced(String intent) {
        return !gateways.isEmpty() && gateways.stream().allMatch(gateway -> gateway.synced(intent));
    }

    /** The connected gateways that do not run that intent completely. */
    public List<GatewayState> behind(String intent) {
        return gateways.stream().filter(gateway -> !gateway.synced(intent)).toList();
    }
}
