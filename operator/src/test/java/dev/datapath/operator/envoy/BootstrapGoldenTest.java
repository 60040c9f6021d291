package dev.datapath.operator.envoy;

import dev.datapath.operator.GoldenCase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bootstrap files of Envoy processes, one per file of {@code bootstrap/}. {@code -Ddatapath.golden=rewrite} writes them. */
class BootstrapGoldenTest {

    private static final Map<String, String> FILES = new TreeMap<>(Map.of(
            "standalone.json",
            Bootstrap.json(
                    new BootstrapSpec(
                            "gateway-0",
                            "team-a/images/0",
                            "",
                            Path.of("/run/datapath/admin.sock"),
                            List.of(new BootstrapSpec.AdminWindow(
                                    "metrics", "127.0.0.1", 9901, List.of("/ready", "/stats/prometheus"))),
                            50_000,
                            null),
                    OperatorEndpoint.socket(Path.of("/run/datapath/xds.sock"))),
            "pod.json",
            Bootstrap.json(
                    BootstrapSpec.pod("team-a/images", 50_000, 1L << 30),
                    OperatorEndpoint.cluster(
                            "datapath-xds.datapath-system.svc", 18_000, Path.of("/etc/datapath/bootstrap"))),
            SdsFiles.CERTIFICATE,
            SdsFiles.certificate(Path.of("/etc/datapath/identity")),
            SdsFiles.AUTHORITIES,
            SdsFiles.authorities(Path.of("/etc/datapath/identity"))));

    static Stream<String> files() {
        return FILES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void rendersTheGoldenFiles(String name) {
        GoldenCase.of("bootstrap").expect(name, FILES.get(name) + "\n");
    }
}
