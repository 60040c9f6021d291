package dev.datapath.operator.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one gateway reports of stores.
 *
 * @param nodes how it sees the nodes of each pool, by the pool's name
 * @param unknownDomains the base domains that a pool's store does not know
 */
public record GatewayReport(Map<String, List<NodeReport>> nodes, Set<DomainUse> unknownDomains) {
    /** Of a gateway that has not answered. */
    public static final GatewayReport NONE = new GatewayReport(Map.of(), Set.of());

    public GatewayReport {
        nodes = Map.copyOf(nodes);
        unknownDomains = Set.copyOf(unknownDomains);
    }
}
