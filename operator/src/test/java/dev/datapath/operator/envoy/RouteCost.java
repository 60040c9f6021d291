package dev.datapath.operator.envoy;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.xds.Resource;
import dev.datapath.operator.xds.Snapshot;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A test program that prints the CPU time of an Envoy process for one changed rule of many. Arguments: the number of rules, of
 * changes, and shapes of the route table, such as {@code routes,map}. The environment names the binary, {@code DATAPATH_ENVOY}.
 */
final class RouteCost {
    private static final int RULES_PER_POLICY = 100;
    private static final int WARM_UP = 3;
    private static final long PAUSE_MILLIS = 200;

    private static final String OBJECTS = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: d, namespace: n}
            spec:
              listeners: [{name: s3, protocol: HTTP, port: 18999}]
              poolRef: {name: a}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: a, namespace: n}
            spec: {nodes: {static: [{name: a, address: 127.0.0.1, port: 1}, {name: b, address: 127.0.0.1, port: 2}]}}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: b, namespace: n}
            spec: {nodes: {static: [{name: a, address: 127.0.0.1, port: 3}, {name: b, address: 127.0.0.1, port: 4}]}}
            """;

    private static final String BOOTSTRAP = """
            node: {id: g, cluster: n/d}
            dynamic_resources:
              ads_config: {api_type: GRPC, transport_api_version: V3, set_node_on_first_message_only: true, grpc_services: [{envoy_grpc: {cluster_name: xds}}]}
              cds_config: {ads: {}, resource_api_version: V3, initial_fetch_timeout: 0s}
              lds_config: {ads: {}, resource_api_version: V3, initial_fetch_timeout: 0s}
            static_resources:
              clusters:
              - name: xds
                type: STATIC
                connect_timeout: 1s
                typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {"@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, explicit_http_config: {http2_protocol_options: {}}}}
                load_assignment: {cluster_name: xds, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
            """;

    /** Variants of the rendered table. */
    private enum Shape {
        /** Routes for all rules. */
        ROUTES,
        /** The map for plain rules. */
        MAP,
        /** Routes without node avoidance in retries. */
        NOHOST,
        /** Routes without retries. */
        NORETRY,
        /** Routes that all have their own retry policy. */
        NAMED;

        RouteConfiguration of(RouteConfiguration table) {
            var inherited = table.getVirtualHosts(0).getRetryPolicy();
            return switch (this) {
                case ROUTES, MAP -> table;
                case NOHOST -> with(table, route -> withRetry(route, withoutHosts(named(route, inherited))));
                case NORETRY -> with(table, route -> withRetry(route, RetryPolicy.getDefaultInstance()));
                case NAMED -> with(table, route -> withRetry(route, named(route, inherited)));
            };
        }

        private static RetryPolicy named(Route route, RetryPolicy inherited) {
            return route.getRoute().hasRetryPolicy() ? route.getRoute().getRetryPolicy() : inherited;
        }

        private static RetryPolicy withoutHosts(RetryPolicy policy) {
            return policy.toBuilder()
                    .clearRetryHostPredicate()
                    .clearHostSelectionRetryMaxAttempts()
                    .build();
        }

        private static Route withRetry(Route route, RetryPolicy policy) {
            if (!route.hasRoute()) {
                return route;
            }
            var changed = route.toBuilder();
            if (policy.equals(RetryPolicy.getDefaultInstance())) {
                changed.getRouteBuilder().clearRetryPolicy();
            } else {
                changed.getRouteBuilder().setRetryPolicy(policy);
            }
            return changed.build();
        }

        private static RouteConfiguration with(RouteConfiguration table, UnaryOperator<Route> change) {
            return (RouteConfiguration) changed(table, change);
        }

        private static Message changed(Message message, UnaryOperator<Route> change) {
            if (message instanceof Any any) {
                return changed(any, change);
            }
            var builder = message.toBuilder();
            message.getAllFields().forEach((field, value) -> {
                if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && value instanceof List<?> values) {
                    for (int i = 0; i < values.size(); i++) {
                        builder.setRepeatedField(field, i, changed((Message) values.get(i), change));
                    }
                } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                    builder.setField(field, changed((Message) value, change));
                }
            });
            return builder.build();
        }

        private static Any changed(Any any, UnaryOperator<Route> change) {
            try {
                if (any.is(Route.class)) {
                    return Any.pack(change.apply(any.unpack(Route.class)));
                }
                if (any.is(RouteList.class)) {
                    var routes = RouteList.newBuilder();
                    any.unpack(RouteList.class).getRoutesList().forEach(route -> routes.addRoutes(change.apply(route)));
                    return Any.pack(routes.build());
                }
                return any;
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final int rules;
    private final Path directory;
    private final SnapshotStore store = new SnapshotStore();

    private RouteCost(int rules, Path directory) {
        this.rules = rules;
        this.directory = directory;
    }

    public static void main(String[] arguments) throws Exception {
        var cost = new RouteCost(Integer.parseInt(arguments[0]), Files.createTempDirectory("route-cost-"));
        for (var shape : arguments[2].split(",")) {
            cost.measure(Shape.valueOf(shape.toUpperCase(Locale.ROOT)), Integer.parseInt(arguments[1]));
        }
        System.exit(0);
    }

    private void measure(Shape shape, int changes) throws Exception {
        var snapshots = List.of(snapshot(shape, 7), snapshot(shape, 8));
        try (var server = XdsServer.builder(store).start()) {
            var bootstrap = Files.writeString(directory.resolve("envoy.yaml"), BOOTSTRAP.formatted(server.port()));
            var envoy = new ProcessBuilder(
                            System.getenv("DATAPATH_ENVOY"),
                            "-c",
                            bootstrap.toString(),
                            "--concurrency",
                            "1",
                            "--disable-hot-restart",
                            "-l",
                            "error")
                    .inheritIO()
                    .start();
            try {
                var nanos = new long[changes];
                for (int i = -WARM_UP; i < changes; i++) {
                    long before = nanos(envoy.pid());
                    publish(snapshots.get(i & 1), server);
                    if (i >= 0) {
                        nanos[i] = nanos(envoy.pid()) - before;
                    }
                }
                Arrays.sort(nanos);
                System.out.printf(
                        Locale.ROOT,
                        "%d rules, %s: least %.1f ms, median %.1f ms%n",
                        rules,
                        shape,
                        nanos[0] / 1e6,
                        nanos[changes / 2] / 1e6);
            } finally {
                envoy.destroy();
                envoy.waitFor();
            }
        }
    }

    private void publish(Snapshot snapshot, XdsServer server) throws InterruptedException {
        store.publish("n/d", snapshot);
        while (!server.sync().of("n/d").synced(snapshot.version())) {
            Thread.sleep(1);
        }
        // The old table is freed after the new one was acknowledged.
        Thread.sleep(PAUSE_MILLIS);
    }

    private Snapshot snapshot(Shape shape, int moved) {
        var plan = Compiler.compile(World.of(OBJECTS + policies(moved)).resources(null))
                .plan();
        var resources = new EnvoyRenderer(shape == Shape.MAP ? 0 : Integer.MAX_VALUE)
                .resources(plan, new RenderOptions("127.0.0.1", port -> port, false, directory.resolve("checks")));
        var snapshot = Snapshot.builder();
        resources.clusters().forEach(part -> snapshot.add(part.message()));
        resources.endpoints().forEach(part -> snapshot.add(part.message()));
        resources
                .listeners()
                .forEach(part -> snapshot.add(Resource.of(
                        part.message(), new Resource.References(Set.of(), Set.of(part.name()), Set.of(), Set.of()))));
        resources.routes().forEach(part -> {
            var table = shape.of(part.message());
            System.out.printf("%d rules, %s: %d bytes%n", rules, shape, table.getSerializedSize());
            snapshot.add(Resource.of(table, Set.of()));
        });
        return snapshot.build();
    }

    private String policies(int moved) {
        var text = new StringBuilder();
        for (int first = 0; first < rules; first += RULES_PER_POLICY) {
            var lines = new ArrayList<String>();
            for (int i = first; i < Math.min(rules, first + RULES_PER_POLICY); i++) {
                lines.add("  - {name: rule-%d, matches: [{buckets: [bucket-%04d]}], pools: [{name: %s}]}"
                        .formatted(i, i, i == moved ? "b" : "a"));
            }
            text.append("""
                    ---
                    apiVersion: datapath.dev/v1alpha1
                    kind: RoutingPolicy
                    metadata: {name: rules-%d, namespace: n}
                    spec:
                      targetRefs: [{name: d}]
                      rules:
                    %s
                    """.formatted(first, String.join("\n", lines)));
        }
        return text.toString();
    }

    private static long nanos(long pid) throws IOException {
        long sum = 0;
        try (var tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (var task : tasks) {
                var text = Files.readString(task.resolve("schedstat"));
                sum += Long.parseLong(text.substring(0, text.indexOf(' ')));
            }
        }
        return sum;
    }
}
