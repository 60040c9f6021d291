package dev.datapath.operator.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.admission.ApiCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A file with any content results in objects and findings, and does not affect other files. */
class AnyTextTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final String VALID = ManifestReaderTest.pool("store", 9000);

    @Property(tries = 300)
    void anyBytesAreReadWithoutAFailure(@ForAll byte[] bytes) throws IOException {
        assertThat(beside(bytes)).isTrue();
    }

    @Property(tries = 500)
    void piecesOfYamlAreReadWithoutAFailure(@ForAll("yaml") String text) throws IOException {
        assertThat(beside(text.getBytes(StandardCharsets.UTF_8))).isTrue();
    }

    @Property(tries = 500)
    void aDamagedManifestIsReadWithoutAFailure(
            @ForAll("positions") int at, @ForAll("positions") int length, @ForAll("yaml") String patch)
            throws IOException {
        int from = at % VALID.length();
        int to = Math.min(VALID.length(), from + length % 12);
        String text = VALID.substring(0, from) + patch + VALID.substring(to);
        assertThat(beside(text.getBytes(StandardCharsets.UTF_8))).isTrue();
    }

    @Provide
    Arbitrary<String> yaml() {
        Arbitrary<String> piece = Arbitraries.of(
                "\n",
                "\n  ",
                "\n- ",
                ": ",
                "{",
                "}",
                "[",
                "]",
                ",",
                "---\n",
                "...\n",
                "\t",
                "#",
                "&a ",
                "*a",
                "<<: ",
                "!!str ",
                "!x ",
                "\"",
                "'",
                "|\n",
                ">\n",
                "? ",
                "~",
                "apiVersion: v1\n",
                "kind: ConfigMap\n",
                "kind: List\n",
                "items:\n",
                "metadata: {name: a}\n",
                "data: ",
                "spec: ",
                "0x",
                "1e999",
                "-.inf",
                "1_0",
                "\u0000",
                "\uD800",
                "é",
                "name",
                "%YAML 1.1\n",
                "=",
                "2030-01-01",
                "null",
                "[[[[[[",
                "{a: {b: ");
        return piece.list().ofMaxSize(30).map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<Integer> positions() {
        return Arbitraries.integers().between(0, 10_000);
    }

    /** Reads the bytes as a file beside a valid one, and returns whether the valid file's object is in effect. */
    private static boolean beside(byte[] bytes) throws IOException {
        Path directory = Files.createTempDirectory("datapath-any-text");
        Path good = Files.writeString(directory.resolve("good.yaml"), ManifestReaderTest.pool("good", 1));
        Path any = Files.write(directory.resolve("then.yaml"), bytes);
        try {
            ManifestReader reader = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
            ManifestSet first = reader.read();
            ManifestSet second = reader.read();
            return first.findings().equals(second.findings())
                    && second.storagePools().stream()
                            .anyMatch(pool -> pool.ref().name().equals("good"));
        } finally {
            Files.delete(good);
            Files.delete(any);
            Files.delete(directory);
        }
    }
}
