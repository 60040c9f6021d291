package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvoyBinaryTest {
    @TempDir
    Path temp;

    @Test
    void prefersTheConfiguredThenTheInstalledBinaryThenPath() throws IOException {
        var property = binary("property/envoy");
        var variable = binary("variable/envoy");
        var installed = binary(".tools/envoy-1.40.0/envoy");
        var onPath = binary("bin/envoy");
        var path = Map.of("PATH", "/nowhere:" + onPath.getParent());
        var both = Map.of("PATH", path.get("PATH"), "DATAPATH_ENVOY", variable.toString());
        var start = temp.resolve("operator");

        assertThat(EnvoyBinary.find(property.toString(), both, start)).contains(property);
        assertThat(EnvoyBinary.find(null, both, start)).contains(variable);
        assertThat(EnvoyBinary.find(null, path, start)).contains(installed);
        Files.delete(installed);
        assertThat(EnvoyBinary.find(null, path, start)).contains(onPath);
        assertThat(EnvoyBinary.find(null, Map.of(), start)).isEmpty();
    }

    @Test
    void doesNotReplaceAMissingConfiguredBinary() throws IOException {
        binary(".tools/envoy-1.40.0/envoy");
        assertThat(EnvoyBinary.find(temp.resolve("gone").toString(), Map.of(), temp))
                .isEmpty();
    }

    private Path binary(String name) throws IOException {
        var file = temp.resolve(name);
        Files.createDirectories(file.getParent());
        Files.createFile(file);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
