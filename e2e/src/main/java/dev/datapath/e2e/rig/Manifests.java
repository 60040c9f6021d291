package dev.datapath.e2e.rig;

import java.time.Duration;

/** The YAML an owner of a gateway would write. */
public final class Manifests {
    /** The namespace of all objects. */
    public static final String NAMESPACE = "rig";

    /** The name of the DataPath. */
    public static final String DATA_PATH = "rig";

    private Manifests() {}

    /** A DataPath with one clear-text listener for S3 and no pool of its own: what no rule names is not found. */
    public static String dataPath(int port) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %s, namespace: %s}
                spec:
                  listeners:
                  - {name: s3, protocol: HTTP, port: %d, baseDomains: [%s]}
                """.formatted(DATA_PATH, NAMESPACE, port, S3Store.BASE_DOMAIN);
    }

    /**
     * A DataPath whose only pool has one node on loopback and serves whatever no rule names.
     *
     * @param port of the listener
     * @param baseDomain of the listener
     * @param node port of the node
     */
    public static String dataPathOf(int port, String baseDomain, int node) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  listeners: [{name: s3, protocol: HTTP, port: %3$d, baseDomains: [%4$s]}]
                  poolRef: {name: store}
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: store, namespace: %2$s}
                spec: {provider: Generic, nodes: {static: [{name: node-1, address: 127.0.0.1, port: %5$d}]}}
                """.formatted(DATA_PATH, NAMESPACE, port, baseDomain, node);
    }

    /** A pool and the policy that sends the routing's buckets to it. Nodes are checked each second by connecting. */
    public static String of(Routing routing) {
        var nodes = new StringBuilder();
        for (int i = 0; i < routing.ports().size(); i++) {
            nodes.append("    - {name: node-%d, address: 127.0.0.1, port: %d}\n"
                    .formatted(i, routing.ports().get(i)));
        }
        var action = routing.denied()
                ? "deny: {code: AccessDenied}"
                : "pools: [{name: %s}]\n  timeouts: {firstByte: %s, idle: %s}"
                        .formatted(routing.name(), text(routing.firstByte()), text(routing.idle()));
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  provider: Generic
                  nodes:
                    static:
                %3$s  health: {active: {interval: 1s, timeout: 500ms}, panicThresholdPercent: %6$d}
                  limits: {keepAlive: %4$s}
                ---
                %5$s""".formatted(
                        routing.name(),
                        NAMESPACE,
                        nodes,
                        text(routing.keepAlive()),
                        policy(routing.name(), """
                                - name: %s
                                  matches: [{buckets: ["%s"]}]
                                  %s
                                """.formatted(routing.name(), routing.buckets(), action)),
                        routing.panicPercent());
    }

    /**
     * A policy for the DataPath.
     *
     * @param rules a list in YAML
     */
    public static String policy(String name, String rules) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: %s, namespace: %s}
                spec:
                  targetRefs: [{name: %s}]
                  rules:
                %s""".formatted(name, NAMESPACE, DATA_PATH, rules.indent(2));
    }

    private static String text(Duration duration) {
        return duration.toMillis() + "ms";
    }
}
