package dev.datapath.operator.names;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The policy belongs to the process and is read once, so each entry point is tested in a separate JVM. */
class JvmAddressCacheTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev.datapath.operator.cli.Main",
                "dev.datapath.operator.standalone.Standalone",
                "dev.datapath.operator.cluster.OperatorRuntime"
            })
    void theJvmCachesNoAddressWhicheverWayTheProgramStarts(String entry) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java,
                        "--add-opens=java.base/sun.net=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AddressCachePolicy.class.getName(),
                        entry)
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        assertThat(output).contains("addresses 0 s, failures 0 s, stale addresses 0 s");
    }
}
