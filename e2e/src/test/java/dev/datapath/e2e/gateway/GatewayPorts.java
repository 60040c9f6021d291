package dev.datapath.e2e.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.datapath.e2e.rig.Ports;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Where the listeners of one launched gateway are, and bootstraps that put them there.
 *
 * @param s3 clients
 * @param probe readiness, as the kubelet asks for it
 * @param admin the launcher's way to Envoy's admin interface, which is a Unix socket named after it
 * @param xds the operator
 */
record GatewayPorts(int s3, int probe, int admin, int xds) {

    static GatewayPorts free() {
        return new GatewayPorts(Ports.free(), Ports.free(), Ports.free(), Ports.free());
    }

    /** A complete configuration: everything goes to the store on that port. */
    String serving(int store) {
        return text("serving").replace("$STORE", Integer.toString(store));
    }

    /** The configuration of a gateway that asks the operator for everything. */
    String asking() {
        return text("asking");
    }

    /** The form in which the last good configuration is kept, before it is compressed. */
    static byte[] binary(String bootstrap) {
        var types = TypeRegistry.newBuilder()
                .add(HttpConnectionManager.getDescriptor())
                .add(Router.getDescriptor())
                .build();
        try {
            var message = Bootstrap.newBuilder();
            JsonFormat.parser().usingTypeRegistry(types).merge(bootstrap, message);
            return message.build().toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String text(String name) {
        return resource(name)
                .replace("$PROBE_LISTENER", resource("probe-listener").strip())
                .replace("$ADMIN_CLUSTER", resource("admin-cluster").strip())
                .replace("$S3", Integer.toString(s3))
                .replace("$PROBE", Integer.toString(probe))
                .replace("$ADMIN", Integer.toString(admin))
                .replace("$XDS", Integer.toString(xds));
    }

    private static String resource(String name) {
        try (var in = GatewayPorts.class.getResourceAsStream("/gateway/" + name + ".json")) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
