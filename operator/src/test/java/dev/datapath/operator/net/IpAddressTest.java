package dev.datapath.operator.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.net.IpAddress.Scope;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "::1, ::1",
        "0:0::0:1, ::1",
        "0:0:0:0:0:0:0:1, ::1",
        "FD00:0:0:0:0:0:0:A, fd00::a",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "::ffff:10.0.0.1, 10.0.0.1",
        "::ffff:a00:1, 10.0.0.1",
        "64:ff9b::10.0.0.1, 64:ff9b::a00:1"
    })
    void allSpellingsAreOneAddress(String text, String canonical) {
        assertThat(IpAddress.parse(text)).map(IpAddress::toString).contains(canonical);
        assertThat(IpAddress.parse(text)).isEqualTo(IpAddress.parse(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "127.1", "0127.0.0.1", "0x7f.0.0.1", "2130706433", "10.0.0.256", "10.0.0", "10.0.0.1.",
                        "10.0.0.1.2",
                "١٠.0.0.1", "１0.0.0.1", "[::1]", "fe80::1%eth0", ":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "12345::",
                        "store", "::g"
            })
    void anythingElseIsNoAddress(String text) {
        assertThat(IpAddress.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, UNICAST",
        "240.0.0.1, UNICAST",
        "fd00::1, UNICAST",
        "2001:db8::1, UNICAST",
        "127.0.0.1, LOOPBACK",
        "127.255.255.254, LOOPBACK",
        "::1, LOOPBACK",
        "0.0.0.0, UNSPECIFIED",
        "0.1.2.3, UNSPECIFIED",
        "::, UNSPECIFIED",
        "169.254.169.254, LINK_LOCAL",
        "fe80::1, LINK_LOCAL",
        "febf::1, LINK_LOCAL",
        "224.0.0.1, MULTICAST",
        "239.1.2.3, MULTICAST",
        "ff02::1, MULTICAST",
        "255.255.255.255, BROADCAST"
    })
    void knowsWhatAnAddressStandsFor(String text, Scope scope) {
        assertThat(IpAddress.parse(text)).map(IpAddress::scope).contains(scope);
    }

    /** Translators and tunnels send these to the embedded IPv4 address. */
    @ParameterizedTest
    @CsvSource({
        "::ffff:127.0.0.1, LOOPBACK",
        "::ffff:0:0, UNSPECIFIED",
        "::127.0.0.1, LOOPBACK",
        "::ffff:0:127.0.0.1, LOOPBACK",
        "64:ff9b::127.0.0.1, LOOPBACK",
        "64:ff9b::169.254.169.254, LINK_LOCAL",
        "64:ff9b:1::127.0.0.1, LOOPBACK",
        "64:ff9b:1:7f00:0:100::, LOOPBACK",
        "64:ff9b:1:a00:0:100::, UNICAST",
        "64:ff9b:1::10.0.0.1, UNICAST",
        "64:ff9b:1::, UNSPECIFIED",
        "2002:7f00:1::, LOOPBACK",
        "2002:a9fe:a9fe::1, LINK_LOCAL",
        "64:ff9b::255.255.255.255, BROADCAST",
        "64:ff9b::10.0.0.1, UNICAST",
        "2002:a00:1::1, UNICAST"
    })
    void looksAtTheIpv4AddressWithin(String text, Scope scope) {
        assertThat(IpAddress.parse(text)).map(IpAddress::scope).contains(scope);
    }

    @Test
    void anAddressWithAPortHasBracketsWhereNeeded() {
        assertThat(IpAddress.parse("10.0.0.1").orElseThrow().withPort(9000)).isEqualTo("10.0.0.1:9000");
        assertThat(IpAddress.parse("0::1").orElseThrow().withPort(9000)).isEqualTo("[::1]:9000");
    }

    @Test
    void anAnswerOfTheResolverLosesItsZone() throws UnknownHostException {
        assertThat(IpAddress.of(InetAddress.getByName("fe80::1%1"))).hasToString("fe80::1");
    }
}
