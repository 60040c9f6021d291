package dev.datapath.e2e.bench;

import dev.datapath.e2e.rig.ChildProcess;
import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.TestPki.PemPair;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A proxy with a configuration written by hand, to compare with. It gets a session of its own, as gateways do: Linux shares processor
 * time between sessions first.
 */
final class PlainProxy implements Proxy {
    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    private final String name;
    private final int clear = Ports.free();
    private final int tls = Ports.free();
    private final ChildProcess process;

    private PlainProxy(String name, Path directory, Setup setup) {
        this.name = name;
        try {
            var command = new ArrayList<String>();
            program("setsid").ifPresent(setsid -> command.add(setsid.toString()));
            command.addAll(setup.prepare(Files.createDirectories(directory), clear, tls));
            process = ChildProcess.start(name, command, Map.of(), directory.resolve("log"));
            process.awaitReady(START_LIMIT, () -> listens(clear) && listens(tls));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare " + name, e);
        }
    }

    private interface Setup {
        List<String> prepare(Path directory, int clear, int tls) throws IOException;
    }

    /**
     * An Envoy with one listener, one route and one cluster, and defaults for everything else.
     *
     * @param bufferBytes buffer of each connection, or 0 for the default
     * @param storePorts the nodes on loopback
     */
    static PlainProxy envoy(String name, Path directory, int bufferBytes, PemPair certificate, int... storePorts) {
        return new PlainProxy(name, directory, (dir, clear, tls) -> {
            var chain = Files.writeString(dir.resolve("chain.pem"), certificate.certificate());
            var key = Files.writeString(dir.resolve("key.pem"), certificate.privateKey());
            var buffer = bufferBytes == 0 ? "" : "per_connection_buffer_limit_bytes: " + bufferBytes;
            var endpoints = Arrays.stream(storePorts)
                    .mapToObj(port ->
                            "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: " + port + "}}}}")
                    .collect(Collectors.joining(", "));
            var file = Files.writeString(
                    dir.resolve("envoy.yaml"), """
                    static_resources:
                      listeners:
                      - name: clear
                        address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}
                        %3$s
                        filter_chains:
                        - filters: &filters
                          - name: envoy.filters.network.http_connection_manager
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                              codec_type: HTTP1
                              stat_prefix: bench
                              route_config:
                                virtual_hosts:
                                - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: store, timeout: 0s}}]}
                              http_filters:
                              - {name: envoy.filters.http.router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
                      - name: tls
                        address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}
                        %3$s
                        filter_chains:
                        - filters: *filters
                          transport_socket:
                            name: envoy.transport_sockets.tls
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                              common_tls_context:
                                tls_params: {tls_maximum_protocol_version: TLSv1_3}
                                tls_certificates: [{certificate_chain: {filename: %4$s}, private_key: {filename: %5$s}}]
                      clusters:
                      - name: store
                        type: STATIC
                        %3$s
                        load_assignment: {cluster_name: store, endpoints: [{lb_endpoints: [%6$s]}]}
                    """.formatted(clear, tls, buffer, chain, key, endpoints));
            return List.of(
                    EnvoyBinary.require().toString(),
                    "-c",
                    file.toString(),
                    "--concurrency",
                    "1",
                    "--disable-hot-restart",
                    "-l",
                    "error");
        });
    }

    /** The HAProxy on {@code PATH} (or in {@code /usr/sbin}). */
    static Optional<Path> haproxyBinary() {
        return program("haproxy");
    }

    private static Optional<Path> program(String name) {
        var path = Objects.requireNonNullElse(System.getenv("PATH"), "") + File.pathSeparator + "/usr/sbin";
        return Arrays.stream(path.split(File.pathSeparator))
                .map(dir -> Path.of(dir, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** An HAProxy with one thread, kept-alive connections on both sides, and least connections over checked nodes. */
    static PlainProxy haproxy(Path binary, Path directory, PemPair certificate, int... storePorts) {
        return haproxy(binary, directory, certificate, "", "check inter 1s", storePorts);
    }

    /** The same, which also asks nodes by HTTP whether they are well, and counts the errors that clients meet. */
    static PlainProxy checkingHaproxy(Path binary, Path directory, PemPair certificate, int... storePorts) {
        var checks = """
                  option httpchk
                  http-check send meth HEAD uri / ver HTTP/1.1 hdr Host store hdr User-Agent Envoy/HC
                  http-check expect rstatus ^[1-5]
                """;
        var server = "check inter 1s fall 3 rise 2 observe layer7 error-limit 5 on-error mark-down";
        return haproxy(binary, directory, certificate, checks, server, storePorts);
    }

    private static PlainProxy haproxy(
            Path binary, Path directory, PemPair certificate, String checks, String server, int... storePorts) {
        return new PlainProxy("HAProxy", directory, (dir, clear, tls) -> {
            var pem = Files.writeString(dir.resolve("all.pem"), certificate.certificate() + certificate.privateKey());
            var servers = Arrays.stream(storePorts)
                    .mapToObj(port -> "  server n" + port + " 127.0.0.1:" + port + " " + server + "\n")
                    .collect(Collectors.joining());
            var file = Files.writeString(dir.resolve("haproxy.cfg"), """
                    global
                      nbthread 1
                      maxconn 4096
                      ssl-default-bind-options ssl-min-ver TLSv1.2
                    defaults
                      mode http
                      timeout connect 500ms
                      timeout client 1h
                      timeout server 1h
                      retries 3
                      option redispatch 1
                      retry-on conn-failure empty-response
                    frontend s3
                      bind 127.0.0.1:%d
                      bind 127.0.0.1:%d ssl crt %s
                      default_backend store
                    backend store
                      balance leastconn
                      http-reuse always
                    %s%s""".formatted(clear, tls, pem, checks, servers));
            return List.of(binary.toString(), "-db", "-f", file.toString());
        });
    }

    private static boolean listens(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port(boolean withTls) {
        return withTls ? tls : clear;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public List<String> buckets() {
        return List.of("bucket-0000");
    }

    @Override
    public void close() {
        process.close();
    }
}
