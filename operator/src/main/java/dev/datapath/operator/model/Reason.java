package dev.datapath.operator.model;

/** Why a condition has its status. The names stand in status as they are here. */
public enum Reason {
    /** A value is wrong in a way that the schema cannot say. */
    Invalid(ConditionType.Accepted),
    /** Another object of the same rank said it first. */
    Conflicted(ConditionType.Accepted),
    /** What the policy or objective is for does not exist. */
    TargetNotFound(ConditionType.Accepted),
    /** The field is known but this version does not act on it. */
    Unsupported(ConditionType.Accepted),
    /** The operator is told not to do it. */
    NotAllowed(ConditionType.Accepted),
    /** It works, but is too much for something that should be done with it as well. */
    TooLarge(ConditionType.Accepted),
    /** It is in force and covers less than its reader may think: something is not checked, or not matched. */
    Incomplete(ConditionType.Accepted),

    /** No StoragePool of that name in the namespace. */
    PoolNotFound(ConditionType.ResolvedRefs),
    /** No listener of that name in the DataPath. */
    ListenerNotFound(ConditionType.ResolvedRefs),
    /** No rule of that name in any RoutingPolicy of the DataPath. */
    RuleNotFound(ConditionType.ResolvedRefs),
    /** No Secret of that name in the namespace. */
    SecretNotFound(ConditionType.ResolvedRefs),
    /** No ConfigMap of that name in the namespace. */
    ConfigMapNotFound(ConditionType.ResolvedRefs),
    /** A certificate or key cannot be read, do not belong together, or is expired. */
    InvalidCertificate(ConditionType.ResolvedRefs),
    /** A certificate authority cannot be read. */
    InvalidCertificateAuthority(ConditionType.ResolvedRefs),
    /** A host name of a node has no address. */
    HostNotResolved(ConditionType.ResolvedRefs),
    /** The Service has no usable endpoints, or cannot be looked up here. */
    EndpointsNotFound(ConditionType.ResolvedRefs);

    private final ConditionType condition;

    Reason(ConditionType condition) {
        this.condition = condition;
    }

    /** The condition that an error with this reason turns False. */
    public ConditionType condition() {
        return condition;
    }
}
