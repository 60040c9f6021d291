package dev.datapath.e2e.rig;

import dev.datapath.api.v1alpha1.StoragePoolSpec.Provider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A pool of two nodes for each provider's preset; one of the two fails in the same way in all of them. */
public final class FailingPools implements AutoCloseable {
    /** One pool and the bucket that it serves. */
    public record Pool(Provider provider, String bucket, FaultyNode failing, FaultyNode healthy) {}

    private static final String HOST = "localhost";

    private final NodeFault fault;
    private final TestPki pki = new TestPki("store authority");
    private final TestPki.PemPair good = pki.issue(HOST);
    private final TestPki.PemPair expired = pki.issueExpired(HOST);
    private final List<Pool> pools = new ArrayList<>();

    /**
     * Starts healthy nodes and routes the buckets to them.
     *
     * @param gateway the fleet that serves them
     * @param fault how the failing nodes will fail
     * @param timeouts of the rules, in YAML
     */
    public FailingPools(GatewayUnderTest gateway, NodeFault fault, String timeouts) {
        this.fault = fault;
        try {
            for (var provider : Provider.values()) {
                var bucket = name() + "-" + provider.name().toLowerCase(Locale.ROOT);
                pools.add(new Pool(provider, bucket, node(), node()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the nodes cannot start", e);
        }
        gateway.policy(name(), manifest(timeouts));
    }

    private boolean tls() {
        return fault == NodeFault.EXPIRED_CERTIFICATE;
    }

    private FaultyNode node() throws IOException {
        return tls() ? FaultyNode.start(good) : FaultyNode.start();
    }

    /** In the order of the providers. */
    public List<Pool> pools() {
        return List.copyOf(pools);
    }

    /** One node of the pool fails from now on. */
    public void fail(Pool pool) throws IOException {
        if (tls()) {
            pool.failing.showExpired(expired);
        } else {
            pool.failing.fail(fault);
        }
    }

    /** Both nodes of the pool are healthy from now on. */
    public void recover(Pool pool) throws IOException {
        if (tls()) {
            pool.failing.show(good);
        } else {
            pool.failing.recover();
        }
    }

    /** Whether the node goes on serving: it answers for the store, or the preset does not look at what is wrong. */
    public boolean staysIn(Pool pool) {
        return switch (fault) {
            case INTERNAL_ERROR, SLOW_DOWN -> true;
            case WRONG_BODY -> pool.provider != Provider.ECS && pool.provider != Provider.ObjectScale;
            default -> false;
        };
    }

    private String name() {
        return fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String manifest(String timeouts) {
        var documents = pools.stream().map(this::storagePool).collect(Collectors.joining());
        var rules =
                pools.stream().map(pool -> """
                        - name: %1$s
                          matches: [{buckets: ["%1$s"]}]
                          pools: [{name: %1$s}]
                          %2$s
                        """.formatted(pool.bucket, timeouts)).collect(Collectors.joining());
        return documents + (tls() ? authority() : "") + Manifests.policy(name(), rules);
    }

    private String storagePool(Pool pool) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %s, namespace: %s}
                spec:
                  provider: %s
                  nodes:
                    static:
                    - {name: failing, address: 127.0.0.1, port: %d}
                    - {name: healthy, address: 127.0.0.1, port: %d}
                  %s
                ---
                """.formatted(
                        pool.bucket,
                        Manifests.NAMESPACE,
                        pool.provider,
                        pool.failing.port(),
                        pool.healthy.port(),
                        tls()
                                ? "tls: {mode: ServerOnly, serverName: %s, caCertificateRefs: [{name: %s}]}"
                                        .formatted(HOST, name())
                                : "tls: {}");
    }

    private String authority() {
        return """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: %s, namespace: %s}
                data:
                  ca.crt: |
                %s
                ---
                """.formatted(
                        name(), Manifests.NAMESPACE, pki.authority().indent(4).stripTrailing());
    }

    @Override
    public void close() {
        pools.forEach(pool -> Arrays.asList(pool.failing, pool.healthy).forEach(FaultyNode::close));
    }
}
