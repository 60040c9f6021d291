package dev.datapath.operator.compile;

/** Where the gateways of a plan run, which decides what some fields can do. */
public enum Environment {
    /** In pods of a Kubernetes cluster. */
    CLUSTER,
    /** As processes of a machine. */
    STANDALONE,
    /** Not known: the objects are only checked. What is right in one of the others is right here. */
    ANY
}
