package dev.datapath.operator.model;

/** The object of a finding. */
public record ObjectRef(String kind, String namespace, String name) implements Comparable<ObjectRef> {

    @Override
    public int compareTo(ObjectRef other) {
        return toString().compareTo(other.toString());
    }

    /** {@code Kind namespace/name}. */
    @Override
    public String toString() {
        return kind + " " + namespace + "/" + name;
    }
}
