package dev.datapath.operator.standalone;

import dev.datapath.operator.envoy.Bootstrap;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.envoy.OperatorEndpoint;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.plan.GatewayPlan;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the gateways of this machine are started, and their ports.
 *
 * @param binary Envoy
 * @param work the work directory, which contains a directory for each gateway
 * @param bindAddress IP address that listeners are bound to
 * @param portOffset distance between the ports of a DataPath's gateways
 * @param workers Envoy's worker threads per gateway
 */
record GatewayBlueprint(Path binary, WorkDirectory work, String bindAddress, int portOffset, int workers) {
    static final int LAST_PORT = 65_535;

    private static final String LOOPBACK = "127.0.0.1";

    /** The specification of a gateway with this plan. */
    GatewaySpec spec(GatewayId id, GatewayPlan plan) throws IOException {
        var directory = work.gateway(id);
        PrivateFiles.createDirectory(directory);
        var spec = new BootstrapSpec(
                id.name(),
                id.dataPath().toString(),
                "",
                directory.resolve(GatewaySpec.ADMIN_SOCKET),
                List.of(new BootstrapSpec.AdminWindow(
                        "metrics", LOOPBACK, metricsPort(id), List.of("/ready", "/stats/prometheus"))),
                plan.maxConnections(),
                plan.memoryLimit());
        var bootstrap = Bootstrap.json(spec, OperatorEndpoint.socket(work.xdsSocket()));
        return GatewaySpec.of(id, directory, binary, workers, bootstrap, plan.drainTimeout());
    }

    /** The port of readiness and metrics of a gateway; the same after a restart. */
    int metricsPort(GatewayId id) throws IOException {
        return work.portOrFree(work.root().relativize(work.gateway(id)) + "/metrics");
    }

    /** Releases the metrics port of a gateway, because another program uses it. */
    void forgetMetricsPort(GatewayId id) throws IOException {
        work.forget(work.root().relativize(work.gateway(id)) + "/metrics");
    }

    /** The port of a gateway for a declared port of a listener; not a valid port above {@link #LAST_PORT}. */
    int port(GatewayId id, int declared) {
        return declared + portOffset * id.index();
    }

    /**
     * Gateways listen on the ports of their DataPath, and log to their own directory, which is their working directory.
     */
    RenderOptions options() {
        // One socket per listener: with a socket per worker, another program of this user could share the port
        // unnoticed.
        return new RenderOptions(bindAddress, port -> port, false, Path.of(OsProcess.CHECK_EVENTS));
    }

    /** The IP addresses of listeners; for a wildcard address, the current addresses of this machine. */
    Set<String> addresses() {
        var bind = IpAddress.parse(bindAddress);
        if (bind.isEmpty() || bind.get().scope() != IpAddress.Scope.UNSPECIFIED) {
            return Set.of(bind.map(IpAddress::toString).orElse(bindAddress));
        }
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(address -> IpAddress.of(address).toString())
                    .collect(Collectors.toSet());
        } catch (SocketException unknown) {
            return Set.of(LOOPBACK);
        }
    }

    /** The URLs at which clients on this machine reach a gateway. */
    List<String> endpoints(GatewayId id, @Nullable GatewayPlan plan) {
        var host = bindAddress.equals("0.0.0.0") || bindAddress.equals("::") ? LOOPBACK : bindAddress;
        return plan == null
                ? List.of()
                : plan.listeners().stream()
                        .filter(listener -> port(id, listener.port()) <= LAST_PORT)
                        .map(listener -> (listener.tls() == null ? "http://" : "https://")
                                + (host.contains(":") ? "[" + host + "]" : host) + ":"
                                + port(id, listener.port()))
                        .toList();
    }
}
