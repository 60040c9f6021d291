package dev.datapath.e2e.xds;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.datapath.operator.envoy.Bootstrap;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.envoy.OperatorEndpoint;
import dev.datapath.operator.envoy.SdsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real Envoy with the bootstrap of a pod, but for the ports. */
final class PodGateway {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PodGateway() {}

    /**
     * Starts it.
     *
     * @param identity the directory with its certificate and the authorities
     * @param operators ports on loopback; in a cluster one name stands for them
     */
    static LiveEnvoy start(Path dir, String dataPath, String gateway, Path identity, Integer... operators) {
        try {
            Files.createDirectories(dir);
            Files.writeString(dir.resolve(SdsFiles.CERTIFICATE), SdsFiles.certificate(identity));
            Files.writeString(dir.resolve(SdsFiles.AUTHORITIES), SdsFiles.authorities(identity));
            var spec = new BootstrapSpec("", dataPath, "", dir.resolve("admin.sock"), List.of(), 1_000, null);
            var tls = new OperatorEndpoint.Tls(
                    TestOperator.NAME, dir.resolve(SdsFiles.CERTIFICATE), dir.resolve(SdsFiles.AUTHORITIES));
            var bootstrap = Bootstrap.json(
                    spec,
                    new OperatorEndpoint(new OperatorEndpoint.Location.Host("127.0.0.1", operators[0]), tls, true));
            return LiveEnvoy.start(
                    dir, "bootstrap.json", withOperators(bootstrap, operators), "--service-node", gateway);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String withOperators(String bootstrap, Integer... ports) throws JsonProcessingException {
        var root = JSON.readTree(bootstrap);
        // The test asks over TCP.
        ((ObjectNode) root.at("/admin"))
                .set("address", JSON.readTree("{\"socket_address\": {\"address\": \"127.0.0.1\", \"port_value\": 0}}"));
        var cluster = (ObjectNode) root.at("/static_resources/clusters/0");
        var endpoints = (ArrayNode) cluster.at("/load_assignment/endpoints/0/lb_endpoints");
        var first = endpoints.get(0);
        for (int i = 1; i < ports.length; i++) {
            var another = first.deepCopy();
            ((ObjectNode) another.at("/endpoint/address/socket_address")).put("port_value", ports[i]);
            endpoints.add(another);
        }
        return JSON.writeValueAsString(root);
    }
}
