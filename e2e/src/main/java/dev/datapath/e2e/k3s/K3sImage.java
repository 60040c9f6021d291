package dev.datapath.e2e.k3s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.TestcontainersConfiguration;

/**
 * The image that K3s is run from: the one that {@code e2e/k3s.image} names, or another that is set by the system property {@value
 * #PROPERTY} or the environment variable {@value #VARIABLE}, for machines without a registry at hand.
 *
 * @param name with its tag
 */
public record K3sImage(String name) {
    static final String PROPERTY = "datapath.k3s.image";
    static final String VARIABLE = "DATAPATH_K3S_IMAGE";

    private static final String STOCK = "rancher/k3s";
    /** Why {@code e2e/cluster-environment} found no cluster to start. */
    private static final String UNAVAILABLE = "DATAPATH_K3S_UNAVAILABLE";
    /** What Testcontainers 1.21 runs to find its way to Docker, unless it is configured otherwise. */
    private static final String TINY = "alpine:3.17";

    private static final String PREPARE =
            ": run make test, or eval \"$(e2e/cluster-environment)\" before the tests, which pulls it";
    private static final int DOCKER_SECONDS = 20;

    /** The image that is to be used here. */
    public static K3sImage configured() {
        return new K3sImage(Optional.ofNullable(System.getProperty(PROPERTY))
                .or(() -> Optional.ofNullable(System.getenv(VARIABLE)))
                .filter(name -> !name.isBlank())
                .orElseGet(K3sImage::pinned));
    }

    private static String pinned() {
        try (var file = K3sImage.class.getResourceAsStream("k3s.image")) {
            if (file == null) {
                throw new IllegalStateException("k3s.image is not on the class path");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Asks Docker for the image, and for the small one that Testcontainers runs beside it. Nothing is pulled: Testcontainers waits for
     * minutes where no registry answers, and {@code e2e/cluster-environment} has pulled both.
     *
     * @return why the image cannot be used, and the remedy; empty when it can
     */
    public Optional<String> missing() {
        return Optional.ofNullable(System.getenv(UNAVAILABLE))
                .filter(reason -> !reason.isBlank())
                .or(() -> absent(name))
                .or(() -> absent(TestcontainersConfiguration.getInstance()
                        .getEnvVarOrProperty("tinyimage.container.image", TINY)));
    }

    private static Optional<String> absent(String image) {
        var command = new ProcessBuilder("docker", "image", "inspect", image)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            var process = command.start();
            if (!process.waitFor(DOCKER_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of("Docker does not answer within " + DOCKER_SECONDS + " s: restart its daemon");
            }
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of("Docker has no image " + image + ", or its daemon does not run" + PREPARE);
        } catch (IOException e) {
            return Optional.of("the command docker is missing" + PREPARE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted while Docker was asked for " + image);
        }
    }

    /** For Testcontainers, which asks for a promise that an image with another name behaves like K3s. */
    DockerImageName forTestcontainers() {
        return DockerImageName.parse(name).asCompatibleSubstituteFor(STOCK);
    }
}
