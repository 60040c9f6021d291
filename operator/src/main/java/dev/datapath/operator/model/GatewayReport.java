package dev.datapath.operator.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A gateway's report on stores.
 *
 * @param nodes reports on the nodes of each pool, by the pool's name
 * @param unknownDomains the base domains that a pool's store does not know
 */
public record GatewayReport(Map<String, List<NodeReport>> nodes, Set<DomainUse> unknownDomains) {
    /** The report of a gateway that has not responded. */
    public static final GatewayReport NONE = new GatewayReport(Map.of(), Set.of());

    public GatewayReport {
        nodes = Map.copyOf(nodes);
        unknownDomains = Set.copyOf(unknownDomains);
    }
}
