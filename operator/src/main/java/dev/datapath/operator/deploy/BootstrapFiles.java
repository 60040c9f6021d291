package dev.datapath.operator.deploy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import java.util.Map;
import java.util.TreeMap;

/** Builds the bootstrap ConfigMap of gateways, and their ServiceAccount, which has no permissions. */
final class BootstrapFiles {

    private BootstrapFiles() {}

    static ConfigMap configMap(Fleet fleet, Map<String, String> files) {
        return new ConfigMapBuilder()
                .withMetadata(fleet.metadata(fleet.names().bootstrap()))
                .withData(new TreeMap<>(files))
                .build();
    }

    /** Gateways do not access the API server, so no token is mounted. */
    static ServiceAccount serviceAccount(Fleet fleet) {
        return new ServiceAccountBuilder()
                .withMetadata(fleet.metadata(fleet.names().gateway()))
                .withAutomountServiceAccountToken(false)
                .build();
    }
}
