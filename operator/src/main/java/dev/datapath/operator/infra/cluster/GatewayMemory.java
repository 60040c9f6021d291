package dev.datapath.operator.infra.cluster;

/**
 * The leader's state for a DataPath's gateways, besides their desired configuration.
 *
 * @param lastGood the last acknowledged configuration, and whether it is stored
 * @param network the NetworkPolicy during the change from one plan to the next
 * @param disconnects the gateways without a connection
 * @param reconnects the gateways that the status update waits for
 */
public record GatewayMemory(
        LastGoodKeeper lastGood, PolicyHandover network, Disconnects disconnects, Reconnects reconnects) {}
