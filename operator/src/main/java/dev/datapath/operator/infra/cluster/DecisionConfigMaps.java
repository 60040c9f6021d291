package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.deploy.DecisionsConfigMap;
import dev.datapath.operator.deploy.GatewayNames;
import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.engine.StateStore;
import dev.datapath.operator.kubernetes.ApiErrors;
import dev.datapath.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Stores decisions in one ConfigMap for each DataPath. The DataPath owns the ConfigMap, which is deleted with it. A
 * ConfigMap of another DataPath with the same name is not used.
 */
public final class DecisionConfigMaps implements StateStore {
    private final Function<ObjectKey, Optional<ConfigMap>> known;
    private final BiFunction<DataPath, ConfigMap, ApplyResult> apply;

    /**
     * @param known finds a ConfigMap that an operator created, in a cache
     * @param apply writes a ConfigMap that a DataPath owns
     */
    public DecisionConfigMaps(
            Function<ObjectKey, Optional<ConfigMap>> known, BiFunction<DataPath, ConfigMap, ApplyResult> apply) {
        this.known = known;
        this.apply = apply;
    }

    @Override
    public String place(ObjectKey dataPath) {
        return "ConfigMap " + name(dataPath);
    }

    @Override
    public Optional<String> read(DataPath dataPath) throws IOException {
        var configMap = known.apply(name(Identity.key(dataPath))).filter(found -> Owners.controls(dataPath, found));
        if (configMap.isEmpty()) {
            return Optional.empty();
        }
        var data = configMap.get().getData();
        var text = data == null ? null : data.get(DecisionsConfigMap.RECORD);
        if (text == null) {
            throw new IOException("it has no key " + DecisionsConfigMap.RECORD);
        }
        return Optional.of(text);
    }

    @Override
    public void write(DataPath dataPath, String text) throws IOException {
        try {
            var result = apply.apply(dataPath, DecisionsConfigMap.of(dataPath, text));
            if (!result.obstacles().isEmpty()) {
                throw new IOException(result.message());
            }
        } catch (KubernetesClientException e) {
            throw new IOException(ApiErrors.message(e), e);
        }
    }

    /** The ConfigMap has an owner and is deleted with it. */
    @Override
    public void delete(ObjectKey dataPath) {}

    private static ObjectKey name(ObjectKey dataPath) {
        return new ObjectKey(
                dataPath.namespace(), GatewayNames.of(dataPath.name()).decisions());
    }
}
