package dev.datapath.e2e.k3s;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

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
    private static final long PULL_MINUTES = 5;

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
     * Pulls the image when it is not there.
     *
     * @return why it cannot be used, and what would help; empty when it can
     */
    public Optional<String> missing() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return Optional.of("Docker cannot be reached: start it, or point DOCKER_HOST to it");
        }
        var docker = DockerClientFactory.instance().client();
        if (isThere(docker)) {
            return Optional.empty();
        }
        try {
            docker.pullImageCmd(name).start().awaitCompletion(PULL_MINUTES, TimeUnit.MINUTES);
        } catch (DockerException e) {
            return Optional.of(unavailable(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(unavailable("interrupted"));
        }
        return isThere(docker) ? Optional.empty() : Optional.of(unavailable("not within " + PULL_MINUTES + " minutes"));
    }

    private boolean isThere(DockerClient docker) {
        try {
            docker.inspectImageCmd(name).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }

    private String unavailable(@Nullable String reason) {
        return "image " + name + " can be neither found nor pulled ("
                + String.valueOf(reason).strip() + "): load it, or name another one by "
                + VARIABLE;
    }

    /** For Testcontainers, which asks for a promise that an image with another name behaves like K3s. */
    DockerImageName forTestcontainers() {
        return DockerImageName.parse(name).asCompatibleSubstituteFor(STOCK);
    }
}
