package dev.datapath.e2e.xds;

import dev.datapath.e2e.rig.ChildProcess;
import dev.datapath.e2e.rig.EnvoyBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real Envoy with the smallest bootstrap that fetches everything over ADS. */
final class LiveEnvoy implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final ChildProcess process;
    private final Path adminAddress;

    private LiveEnvoy(ChildProcess process, Path adminAddress) {
        this.process = process;
        this.adminAddress = adminAddress;
    }

    /** @param transportSocket YAML of the transport socket towards the server, in flow style; empty for clear text */
    static LiveEnvoy start(Path dir, String dataPath, String gateway, int xdsPort, String transportSocket) {
        var bootstrap = """
                node: {id: %s, cluster: %s}
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                dynamic_resources:
                  ads_config: {api_type: GRPC, transport_api_version: V3, set_node_on_first_message_only: true, grpc_services: [{envoy_grpc: {cluster_name: xds, retry_policy: {retry_back_off: {base_interval: 0.2s, max_interval: 1s}}}}]}
                  cds_config: {ads: {}, resource_api_version: V3, initial_fetch_timeout: 0s}
                  lds_config: {ads: {}, resource_api_version: V3, initial_fetch_timeout: 0s}
                static_resources:
                  clusters:
                  - name: xds
                    type: STATIC
                    connect_timeout: 1s
                    typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {"@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, explicit_http_config: {http2_protocol_options: {connection_keepalive: {interval: 5s, timeout: 2s}}}}}
                    load_assignment: {cluster_name: xds, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
                    %s
                """.formatted(gateway, dataPath, xdsPort, transportSocket);
        return start(dir, "envoy.yaml", bootstrap);
    }

    /** @param bootstrap content of a file of that name, whose ending tells Envoy its format */
    static LiveEnvoy start(Path dir, String name, String bootstrap, String... options) {
        return start(dir, name, bootstrap.getBytes(StandardCharsets.UTF_8), options);
    }

    static LiveEnvoy start(Path dir, String name, byte[] bootstrap, String... options) {
        try {
            Files.createDirectories(dir);
            var adminAddress = dir.resolve("admin-address");
            Files.deleteIfExists(adminAddress);
            var file = Files.write(dir.resolve(name), bootstrap);
            var command = new ArrayList<>(List.of(
                    EnvoyBinary.require().toString(),
                    "-c",
                    file.toString(),
                    "--concurrency",
                    "1",
                    "--use-dynamic-base-id",
                    "--admin-address-path",
                    adminAddress.toString(),
                    "-l",
                    "warning"));
            command.addAll(List.of(options));
            var process = ChildProcess.start("envoy", command, Map.of(), dir.resolve("envoy.log"));
            process.awaitReady(Duration.ofSeconds(20), () -> Files.exists(adminAddress));
            return new LiveEnvoy(process, adminAddress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the gateway's port answers: the status and the body. */
    static String get(int port, String path) {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            var response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException e) {
            return "no answer: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    String admin(String path) {
        try {
            var address = Files.readString(adminAddress).strip();
            return get(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)), path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
