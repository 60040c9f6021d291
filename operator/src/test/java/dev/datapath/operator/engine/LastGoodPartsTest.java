package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.datapath.operator.compile.LastGood;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class LastGoodPartsTest {
    private static final String NOTHING = "{\"certificates\": {}, \"authorities\": {}, \"nodes\": {}}";

    @Test
    void oversizedPartsAreNotRead() throws IOException {
        assertThat(LastGoodParts.read(compressed(NOTHING))).isEqualTo(LastGood.NONE);

        var bomb = compressed(NOTHING + " ".repeat(17 << 20));
        assertThat(bomb.length).isLessThan(100_000);
        assertThatThrownBy(() -> LastGoodParts.read(bomb))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than");
    }

    @Test
    void newerVersionIsNotRead() throws IOException {
        assertThat(LastGoodParts.read(LastGoodParts.write(LastGood.NONE))).isEqualTo(LastGood.NONE);
        assertThatThrownBy(() -> LastGoodParts.read(compressed(NOTHING.replace("{\"cert", "{\"version\": 2, \"cert"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }

    private static byte[] compressed(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
