package dev.datapath.operator.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/8, 10.0.0.0/8",
        "10.1.2.3/32, 10.1.2.3/32",
        "255.255.255.255/0, 0.0.0.0/0",
        "10.1.2.3/15, 10.0.0.0/15",
        "FD00::1/16, fd00::/16",
        "2001:db8::ffff/127, 2001:db8::fffe/127"
    })
    void bitsBehindThePrefixDoNotCount(String text, String canonical) {
        assertThat(Cidr.parse(text)).map(Cidr::toString).contains(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.0",
                "10.0.0.0/",
                "/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0/8",
                "010.0.0.0/8",
                "localhost/8",
                "::1/129",
                "fe80::1%lo/64",
                "10.0.0.0/8/8",
                "be:ef/8",
                "10.0.0.0/٨"
            })
    void anythingElseIsNotANetwork(String text) {
        assertThat(Cidr.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.1.0.0/16, true",
        "10.0.0.0/8, 10.0.0.0/8, true",
        "10.1.0.0/16, 10.0.0.0/8, false",
        "10.0.0.0/8, 11.0.0.0/16, false",
        "0.0.0.0/0, fd00::/16, false",
        "::/0, fd00::/16, true"
    })
    void aNetworkCoversThoseWithinIt(String wide, String narrow, boolean covers) {
        assertThat(Cidr.parse(wide).orElseThrow().covers(Cidr.parse(narrow).orElseThrow()))
                .isEqualTo(covers);
    }
}
