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
 * What the network allows gateways while they go from one plan to the next. Some may keep the one before for long, when they
 * refuse the new one or are away: until all have acknowledged the new one, what was allowed stays allowed. What that was is in the
 * cluster, so that an operator which comes to lead knows it too. Safe for several threads.
 */
public final class PolicyHandover {
    private final Function<ObjectKey, Optional<NetworkPolicy>> inForce;
    private boolean wider;

    /** @param inForce finds a NetworkPolicy that an operator made */
    public PolicyHandover(Function<ObjectKey, Optional<NetworkPolicy>> inForce) {
        this.inForce = inForce;
    }

    /**
     * What should be applied.
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

    /** Whether more is allowed than the newest plan needs, which is to end once that is acknowledged. */
    boolean isWider() {
        return wider;
    }
}
