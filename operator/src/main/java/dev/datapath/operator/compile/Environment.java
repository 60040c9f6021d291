package dev.datapath.operator.compile;

/** Where the gateways of a plan run. Some fields depend on it. */
public enum Environment {
    /** In pods of a Kubernetes cluster. */
    CLUSTER,
    /** As processes of a machine. */
    STANDALONE,
    /** Unknown, because objects are only validated. A value that is valid in one of the others is valid here. */
    ANY
}
