package dev.datapath.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.StoragePool;
import io.fabric8.kubernetes.api.model.ConfigMap;
import org.junit.jupiter.api.Test;

class LeanObjectsTest {

    @Test
    void managedFieldsAreDroppedAndAllElseIsKept() {
        var object = LeanObjects.serialization().unmarshal("""
                {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"},
                 "metadata": {"name": "bootstrap", "namespace": "ai", "uid": "1", "newer": "field",
                  "managedFields": [{"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}}]}}
                """, ConfigMap.class);

        assertThat(object.getMetadata().getManagedFields()).isEmpty();
        assertThat(LeanObjects.serialization().asJson(object)).isEqualTo("""
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bootstrap","namespace":"ai","uid":"1","newer":"field"},\
                "data":{"a":"b"}}""");
    }

    /** What {@code kubectl apply} adds has the size of the whole object. */
    @Test
    void annotationsOfOurOwnKindsAreNotKeptAndOneStateIsOneInstance() {
        var serialization = LeanObjects.serialization();
        var text = """
                {"apiVersion": "datapath.dev/v1alpha1", "kind": "StoragePool", "spec": {"nodes": {}},
                 "metadata": {"name": "store", "namespace": "ai", "uid": "1", "resourceVersion": "%d",
                  "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "%s", "datapath.dev/left-out": "x"}}}
                """;
        var large = "x".repeat(2_000_000);
        var first = serialization.unmarshal(text.formatted(7, large), StoragePool.class);
        assertThat(first.getMetadata().getAnnotations()).isEmpty();
        assertThat(first.getSpec()).isNotNull();
        assertThat(serialization.unmarshal(text.formatted(7, large), StoragePool.class))
                .isSameAs(first);
        assertThat(serialization.unmarshal(text.formatted(8, large), StoragePool.class))
                .isNotSameAs(first);
    }

    @Test
    void managedFieldsOfCustomResourcesAreDropped() {
        var pool = LeanObjects.serialization().unmarshal("""
                {"apiVersion": "datapath.dev/v1alpha1", "kind": "StoragePool", "spec": {"nodes": {}},
                 "metadata": {"name": "store", "managedFields": [{"manager": "kubectl"}]}}
                """, StoragePool.class);

        assertThat(pool.getMetadata().getManagedFields()).isEmpty();
        assertThat(pool.getMetadata().getName()).isEqualTo("store");
    }
}
