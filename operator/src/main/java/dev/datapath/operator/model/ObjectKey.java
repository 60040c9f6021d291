package dev.datapath.operator.model;

/**
 * Names one object of a known kind.
 *
 * @param namespace the Kubernetes namespace
 * @param name the object's name within it
 */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {

    @Override
    public int compareTo(ObjectKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    /** {@code namespace/name}, the form used in messages, metrics and Envoy's {@code node.cluster}. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
