package dev.datapath.operator.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PemBlockTest {
    private static final String DATA = "aGVsbG8=";

    /** The output of {@code openssl ec -aes256}: the headers contain hyphens. */
    @Test
    void aKeyInTheOldEncryptedFormIsReported() {
        assertThatThrownBy(() -> PemBlock.parse("""
                        -----BEGIN EC PRIVATE KEY-----
                        Proc-Type: 4,ENCRYPTED
                        DEK-Info: AES-256-CBC,0123456789ABCDEF

                        aGVsbG8=
                        -----END EC PRIVATE KEY-----
                        """))
                .isInstanceOf(UnusableMaterial.class)
                .hasMessageContaining("is encrypted");
    }

    @Test
    void otherHeadersAreNoContent() throws UnusableMaterial {
        var text = block("CERTIFICATE", "X-Made-By: a-b\r\nNote: c\r\n\r\n" + DATA) + block("CERTIFICATE", DATA);
        assertThat(PemBlock.parse(text))
                .extracting(block -> new String(block.der(), StandardCharsets.US_ASCII))
                .containsExactly("hello", "hello");
    }

    @Test
    void blocksWithoutAnEndLineAreCountedAndOthersAreRead() throws UnusableMaterial {
        var text = "-----BEGIN CERTIFICATE-----\n" + DATA + "\n" + block("CERTIFICATE", DATA)
                + "-----BEGIN CERTIFICATE-----\n" + DATA + "\n-----END PRIVATE KEY-----\n"
                + "-----BEGIN CERTIFICATE-----";
        assertThat(PemBlock.read(text)).satisfies(read -> {
            assertThat(read.blocks()).hasSize(1);
            assertThat(read.unread()).isEqualTo(3);
        });
    }

    /** A Secret has at most 1 MiB. A search from each BEGIN line to the end of the text would take minutes. */
    @Test
    void aTextOfBeginLinesIsReadInLinearTime() throws UnusableMaterial {
        assertThat(PemBlock.read("-----BEGIN CERTIFICATE-----\n".repeat(40_000)).unread())
                .isEqualTo(40_000);
    }

    private static String block(String label, String body) {
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }
}
