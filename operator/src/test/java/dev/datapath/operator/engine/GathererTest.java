package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.References;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.names.HostResolver;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GathererTest {
    private static final StoragePool POOL = Serialization.unmarshal("""
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: store, namespace: ai}
            spec: {provider: Generic, nodes: {service: {name: rgw, port: http}}}
            """, StoragePool.class);

    /**
     * After a leader change thousands of requests may be pending. Until they are answered it is unknown whether there are findings.
     */
    @Test
    void poolIsUnknownWhileItsServiceIsPending() throws Exception {
        var source = new Source();
        try (var resolver = new HostResolver(
                (namespace, host) -> {
                    throw new UnknownHostException(host);
                },
                namespace -> {})) {
            var gatherer = new Gatherer(source, resolver, () -> Instant.EPOCH);
            assertThat(gatherer.findings(POOL)).isEmpty();

            source.pending = false;
            assertThat(gatherer.findings(POOL))
                    .hasValueSatisfying(findings -> assertThat(findings)
                            .extracting(Finding::message)
                            .singleElement()
                            .asString()
                            .contains("there is no Service rgw"));
        }
    }

    private static final class Source implements ObjectSource {
        private boolean pending = true;

        @Override
        public Environment environment() {
            return Environment.CLUSTER;
        }

        @Override
        public Declared declared(DataPath dataPath) {
            return new Declared(List.of(), List.of(), List.of());
        }

        @Override
        public Referenced find(ObjectRef user, References references) {
            return new Referenced(
                    pending,
                    List.of(),
                    List.of(),
                    pending
                            ? Map.of()
                            : Map.of(
                                    "rgw:http",
                                    new Discovery.Lookup(List.of(), "there is no Service rgw in this namespace")),
                    Map.of());
        }

        @Override
        public void forget(ObjectRef user) {}
    }
}
