package dev.datapath.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.datapath.operator.deploy.AllowedPlacement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class OperatorOptionsTest {

    @Test
    void gatewayImageDefaultsToTheSameVersion() throws IOException {
        var pom = Files.readString(Path.of("../pom.xml"));
        var version = Pattern.compile("(?m)^ {2}<version>([^<]+?)(-SNAPSHOT)?</version>")
                .matcher(pom);
        assertThat(version.find()).isTrue();

        assertThat(options().settings().deploy().image()).isEqualTo("datapath/gateway:" + version.group(1));
        assertThat(options("--gateway-image", "example.com/gateway:1")
                        .settings()
                        .deploy()
                        .image())
                .isEqualTo("example.com/gateway:1");
    }

    @Test
    void gatewayDurationsAreTakenFromOptions() {
        var deploy = options("--gateway-drain-delay", "0s", "--gateway-fallback-after", "1m")
                .settings()
                .deploy();

        assertThat(deploy.drainDelay()).isZero();
        assertThat(deploy.fallbackAfter()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void allowedPlacementIsTakenFromOptions() {
        assertThat(options().settings().deploy().allowed()).isEqualTo(new AllowedPlacement(Set.of(), Set.of(), true));
        assertThat(options(
                                "--allowed-priority-classes",
                                "a,b",
                                "--allowed-tolerations",
                                "*",
                                "--allow-daemon-set",
                                "false")
                        .settings()
                        .deploy()
                        .allowed())
                .isEqualTo(new AllowedPlacement(Set.of("a", "b"), Set.of("*"), false));
    }

    @Test
    void publishedPoolsAreAllowedUnlessAnOptionForbidsThem() {
        assertThat(options().settings().deploy().publishServices()).isTrue();
        assertThat(options("--allow-publish-service", "false")
                        .settings()
                        .deploy()
                        .publishServices())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "--gateway-drain-delay, 61m, 0s to 1h",
        "--gateway-drain-delay, soon, 0s to 1h",
        "--gateway-fallback-after, 0s, 1s to 1h"
    })
    void durationsOutOfRangeAreRejected(String option, String text, String bounds) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options(option, text).settings())
                .withMessage(option + " is " + text + ": write a duration from " + bounds + ", such as 10s");
    }

    private static OperatorOptions options(String... arguments) {
        return CommandLine.populateCommand(new OperatorOptions(), arguments);
    }
}
