package dev.datapath.operator.standalone;

import dev.datapath.operator.model.ObjectKey;

/**
 * One of the local gateways of a DataPath.
 *
 * @param dataPath the DataPath it serves
 * @param index 0 for the first one
 */
record GatewayId(ObjectKey dataPath, int index) implements Comparable<GatewayId> {

    /** The name in messages, logs, status and Envoy's {@code node.id}: the DataPath's name and the index. */
    String name() {
        return dataPath.name() + "-" + index;
    }

    @Override
    public int compareTo(GatewayId other) {
        int byDataPath = dataPath.compareTo(other.dataPath);
        return byDataPath != 0 ? byDataPath : Integer.compare(index, other.index);
    }

    @Override
    public String toString() {
        return dataPath + "#" + index;
    }
}
