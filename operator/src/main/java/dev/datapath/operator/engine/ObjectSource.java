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

/** Port: where declared objects come from. Its methods return at once; they never wait for an answer. */
public interface ObjectSource {
    /** Where the gateways run. */
    Environment environment();

    /**
     * The objects that a DataPath may be made of.
     *
     * @throws Unavailable when they are not known now
     */
    Declared declared(DataPath dataPath);

    /**
     * The objects that others name. Those of a user are kept current until it wants others.
     *
     * @param user the object that names them, or on whose behalf others do
     * @param references what is named; hosts are not looked up here
     */
    Referenced find(ObjectRef user, References references);

    /** Where the gateways of a DataPath listen, with a name for each place, as far as it is known beforehand. */
    default Map<Discovery.Socket, String> listeners(DataPath dataPath) {
        return Map.of();
    }

    /** An object does not name anything any more. */
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
     * Objects that others name, as far as they exist.
     *
     * @param pending whether the answer for one of them is still awaited; its user is reconciled when it has come
     * @param services addresses of Services, by {@link References.ServicePort#key}
     * @param unreadable why single objects cannot be read, by kind and name
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

    /** The objects are not known now. The message says why, and what to check. */
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
