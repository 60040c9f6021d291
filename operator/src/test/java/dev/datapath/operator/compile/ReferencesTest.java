package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.compile.References.ServicePort;
import dev.datapath.operator.model.ObjectKey;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ReferencesTest {

    @Test
    void allReferencesAreCollected() {
        var world = World.of("""
                kind: DataPath
                metadata: {name: training, namespace: ai}
                spec:
                  listeners:
                  - {name: plain, protocol: HTTP, port: 9000}
                  - name: s3
                    protocol: HTTPS
                    port: 443
                    tls:
                      certificateRefs: [{name: web}, {name: other}]
                      clientCertificates: {caCertificateRefs: [{name: client-ca}, {kind: Secret, name: partner-ca}]}
                ---
                kind: StoragePool
                metadata: {name: static, namespace: ai}
                spec:
                  nodes: {static: [{name: a, address: 10.0.0.1, port: 1}, {name: b, address: "fd00::1", port: 1}, {name: c, address: C.Internal, port: 1}]}
                  tls: {mode: Mutual, caCertificateRefs: [{name: store-ca}], clientCertificateRef: {name: gateway}}
                ---
                kind: StoragePool
                metadata: {name: dns, namespace: ai}
                spec: {nodes: {dns: {hostname: c.internal, port: 1, refresh: 5s}}}
                ---
                kind: StoragePool
                metadata: {name: service, namespace: other}
                spec: {nodes: {service: {name: rgw, port: http}}}
                ---
                kind: StoragePool
                metadata: {name: empty, namespace: ai}
                """);

        assertThat(References.of(world.dataPaths(), world.pools()))
                .isEqualTo(new References(
                        new TreeSet<>(Set.of(in("web"), in("other"), in("partner-ca"), in("gateway"))),
                        new TreeSet<>(Set.of(in("client-ca"), in("store-ca"))),
                        new TreeMap<>(Map.of("c.internal", Duration.ofSeconds(5))),
                        new TreeSet<>(Set.of(new ServicePort(new ObjectKey("other", "rgw"), "http")))));
    }

    private static ObjectKey in(String name) {
        return new ObjectKey("ai", name);
    }
}
