package dev.datapath.operator.model;

/** Why a condition has its status. Status contains the names exactly as written here. */
public enum Reason {
    /** A value is invalid in a way that the schema cannot express. */
    Invalid(ConditionType.Accepted),
    /** Another object with precedence already declares the same. */
    Conflicted(ConditionType.Accepted),
    /** The target of the policy or objective does not exist. */
    TargetNotFound(ConditionType.Accepted),
    /** The field is known but this version does not act on it. */
    Unsupported(ConditionType.Accepted),
    /** The operator's configuration does not allow it. */
    NotAllowed(ConditionType.Accepted),
    /** It is in effect, but too large for an additional feature that depends on it. */
    TooLarge(ConditionType.Accepted),
    /** It is in effect, but covers less than expected: something is not checked or not matched. */
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
    /** A certificate or key cannot be read, does not belong to the other, or is expired. */
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
