package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.deploy.PolicyUnion;
import dev.datapath.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.Optional;
import java.util.function.Function;

/**
 * The NetworkPolicy of gateways while they change from one plan to the next. Some gateways may keep the previous plan
 * for a long time, because they reject the new one or are disconnected. Connections that the previous plan needs stay
 * allowed until all gateways have acknowledged the new one. The previous NetworkPolicy is read from the cluster, so a
 * new leader knows it too. Thread-safe.
 */
public final class PolicyHandover {
    private final Function<ObjectKey, Optional<NetworkPolicy>> inForce;
    private boolean wider;

    /** @param inForce finds a NetworkPolicy that an operator created */
    public PolicyHandover(Function<ObjectKey, Optional<NetworkPolicy>> inForce) {
        this.inForce = inForce;
    }

    /**
     * Returns the object that should be applied.
     *
     * @param wanted an object of the DataPath, for its newest plan
     * @param acknowledged whether all gateways run that plan
     */
    HasMetadata during(DataPath dataPath, HasMetadata wanted, boolean acknowledged) {
        if (!(wanted instanceof NetworkPolicy policy)) {
            return wanted;
        }
        var union = acknowledged
                ? policy
                : inForce.apply(Identity.key(policy))
                        .filter(present -> Owners.controls(dataPath, present))
                        .map(present -> PolicyUnion.of(policy, present))
                        .orElse(policy);
        wider = union != policy;
        return union;
    }

    /** Whether the policy allows more than the newest plan needs. It is narrowed once that plan is acknowledged. */
    boolean isWider() {
        return wider;
    }
}
