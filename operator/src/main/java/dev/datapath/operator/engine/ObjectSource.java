package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.References;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.Serial;
import java.util.List;
import java.util.Map;

/** Port: the source of declared objects. Its methods never block. */
public interface ObjectSource {
    /** Where the gateways run. */
    Environment environment();

    /**
     * The objects that a DataPath may be compiled from.
     *
     * @throws Unavailable when they are currently unknown
     */
    Declared declared(DataPath dataPath);

    /**
     * The referenced objects. They are watched until the same user passes other references.
     *
     * @param user the object that references them, directly or through other objects
     * @param references the references; hosts are not resolved here
     */
    Referenced find(ObjectRef user, References references);

    /** The sockets on which the gateways of a DataPath listen, each with a description, as far as they are known in advance. */
    default Map<Discovery.Socket, String> listeners(DataPath dataPath) {
        return Map.of();
    }

    /** Removes all references of an object. */
    void forget(ObjectRef user);

    /**
     * Objects of one namespace, each kind by name.
     *
     * @param pools all StoragePools
     * @param policies RoutingPolicies with the DataPath as a target
     * @param objectives ServiceLevelObjectives of the DataPath
     */
    record Declared(List<StoragePool> pools, List<RoutingPolicy> policies, List<ServiceLevelObjective> objectives) {
        public Declared {
            pools = List.copyOf(pools);
            policies = List.copyOf(policies);
            objectives = List.copyOf(objectives);
        }
    }

    /**
     * Referenced objects, as far as they exist.
     *
     * @param pending whether one of them is not read yet; its user is triggered when it is
     * @param services addresses of Services, by {@link References.ServicePort#key}
     * @param unreadable why objects cannot be read, by kind and name
     */
    record Referenced(
            boolean pending,
            List<Secret> secrets,
            List<ConfigMap> configMaps,
            Map<String, Discovery.Lookup> services,
            Map<String, String> unreadable) {
        public Referenced {
            secrets = List.copyOf(secrets);
            configMaps = List.copyOf(configMaps);
            services = Map.copyOf(services);
            unreadable = Map.copyOf(unreadable);
        }
    }

    /** The objects are currently unknown. The message contains the reason and what to check. */
    final class Unavailable extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        private final String problem;

        public Unavailable(String problem) {
            super(problem);
            this.problem = problem;
        }

        /** The same as the message. */
        public String problem() {
            return problem;
        }
    }
}
