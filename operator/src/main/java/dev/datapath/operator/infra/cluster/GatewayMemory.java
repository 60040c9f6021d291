package dev.datapath.operator.infra.cluster;

/**
 * What the leader remembers of a DataPath's gateways besides what they should run.
 *
 * @param lastGood what gateways acknowledged last, and whether it is stored
 * @param network what they are allowed while they go from one plan to the next
 * @param disconnects who has no connection
 * @param reconnects for whom status waits
 */
public record GatewayMemory(
        LastGoodKeeper lastGood, PolicyHandover network, Disconnects disconnects, Reconnects reconnects) {}
