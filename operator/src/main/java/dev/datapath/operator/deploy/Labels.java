package dev.datapath.operator.deploy;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Labels of the objects that the operator creates, according to the recommended labels of Kubernetes. */
public final class Labels {
    /** On every object that the operator creates; the value is {@link #OPERATOR}. */
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    /** The name of the operator, also as field manager. */
    public static final String OPERATOR = "datapath-operator";

    /** The name of the DataPath that an object belongs to. */
    public static final String DATA_PATH = "datapath.dev/datapath";

    /** The name of the StoragePool that an object belongs to. */
    public static final String STORAGE_POOL = "datapath.dev/storagepool";

    static final String NAME = "app.kubernetes.io/name";

    private Labels() {}

    static Map<String, String> ofGateways(String dataPath) {
        return common("datapath-gateway", "gateway", dataPath, DATA_PATH);
    }

    /** The selector of the pods of a DataPath. It is minimal, because a selector is immutable. */
    static Map<String, String> selectGateways(String dataPath) {
        var labels = new TreeMap<String, String>();
        labels.put(NAME, "datapath-gateway");
        labels.put(DATA_PATH, ObjectNames.labelValue(dataPath));
        return Collections.unmodifiableMap(labels);
    }

    static Map<String, String> ofPool(String pool) {
        return common("datapath-pool", "pool", pool, STORAGE_POOL);
    }

    private static Map<String, String> common(String name, String component, String instance, String key) {
        var labels = new TreeMap<String, String>();
        labels.put(NAME, name);
        labels.put("app.kubernetes.io/instance", ObjectNames.labelValue(instance));
        labels.put("app.kubernetes.io/component", component);
        labels.put("app.kubernetes.io/part-of", "datapath");
        labels.put(MANAGED_BY, OPERATOR);
        labels.put(key, ObjectNames.labelValue(instance));
        return Collections.unmodifiableMap(labels);
    }
}
