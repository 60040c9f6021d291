package dev.datapath.operator.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {

    @ParameterizedTest
    @CsvSource({
        "minio.store.svc.cluster.local, minio.store.svc.cluster.local, false",
        "minio.store.svc.cluster.local., minio.store.svc.cluster.local, true",
        "MinIO.Store, minio.store, false",
        "minio, minio, false",
        "minio., minio, true",
        "node_1.rack-7, node_1.rack-7, false",
        "1.2.3.4.5, 1.2.3.4.5, false",
        "node.1, node.1, false",
        "0xyz, 0xyz, false"
    })
    void aNameHasNoCapitalsAndNoDotAtItsEnd(String text, String name, boolean absolute) {
        assertThat(HostName.parse(text)).contains(new HostName(name, absolute));
    }

    /** Resolvers read these as IP addresses, each in its own way. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.1",
                "0127.0.0.1",
                "0x7f.1",
                "0X7F000001",
                "2130706433",
                "017700000001",
                "10.0.0.256",
                "127.0.0.1",
                "127.1.",
                "0x"
            })
    void numbersAreNoName(String text) {
        assertThat(HostName.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a..b",
                ".a",
                "a b",
                "-a",
                "a-",
                "a.-b",
                "ä.example",
                "a:9000",
                "[a]",
                "a/b",
                "*.a"
            })
    void anythingElseIsNoName(String text) {
        assertThat(HostName.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    void namesAreBounded(String text, boolean accepted) {
        assertThat(HostName.parse(text).isPresent()).isEqualTo(accepted);
    }

    static Object[][] namesAreBounded() {
        var label = "a".repeat(63);
        var longest = label + "." + label + "." + label + "." + "a".repeat(61);
        return new Object[][] {
            {label, true}, {label + "a", false}, {longest, true}, {longest + ".", true}, {longest + "a", false}
        };
    }
}
