package dev.datapath.operator.deploy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import java.util.Map;
import java.util.TreeMap;

/** What a gateway starts with: its files, and an account that may do nothing. */
final class BootstrapFiles {

    private BootstrapFiles() {}

    static ConfigMap configMap(Fleet fleet, Map<String, String> files) {
        return new ConfigMapBuilder()
                .withMetadata(fleet.metadata(fleet.names().bootstrap()))
                .withData(new TreeMap<>(files))
                .build();
    }

    /** No gateway talks to the API server, so none gets a token for it. */
    static ServiceAccount serviceAccount(Fleet fleet) {
        return new ServiceAccountBuilder()
                .withMetadata(fleet.metadata(fleet.names().gateway()))
                .withAutomountServiceAccountToken(false)
                .build();
    }
}
