package dev.datapath.operator.standalone;

import dev.datapath.operator.plan.ObjectKey;

/**
 * One of the local gateways of a DataPath.
 *
 * @param dataPath the DataPath it serves
 * @param index 0 for the first one
 */
record GatewayId(ObjectKey dataPath, int index) implements Comparable<GatewayId> {

    /** The name in messages, logs, status and Envoy's {@code node.id}: the DataPath's name and the number. */
    String name() {
        return dataPath.name() + "-" + index;
    }

    /**
     * The key under which this gateway's configuration is published, Envoy's {@code node.cluster}. In a cluster the
     * gateways of a DataPath share one key, {@code namespace/name}; here each has its own, because gateways on one host
     * need different ports. The DataPath is programmed when all of its keys are.
     */
    String snapshotKey() {
        return dataPath + "#" + index;
    }

    @Override
    public int compareTo(GatewayId other) {
        int byDataPath = dataPath.compareTo(other.dataPath);
        return byDataPath != 0 ? byDataPath : Integer.compare(index, other.index);
    }

    @Override
    public String toString() {
        return snapshotKey();
    }
}
