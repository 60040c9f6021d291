package dev.datapath.operator.net;

import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An IP address without a zone. All spellings of an address are equal. An IPv4-mapped IPv6 address ({@code
 * ::ffff:10.0.0.1}, RFC 4291 section 2.5.5.2) equals the IPv4 address, as in the operating system. {@link #toString}
 * returns the spelling of RFC 5952.
 */
public final class IpAddress {

    /** The kind of host that an address denotes. */
    public enum Scope {
        /** One or several hosts, the same from everywhere. */
        UNICAST("a unicast address"),
        /** The host that uses the address: 127.0.0.0/8 and ::1. */
        LOOPBACK("a loopback address, which means the gateway itself"),
        /** No host, or the host that uses the address: 0.0.0.0/8 (RFC 1122) and ::. */
        UNSPECIFIED("an unspecified address, which means the gateway itself"),
        /**
         * A host on the same link: 169.254.0.0/16 and fe80::/10. Clouds serve credentials of machines at
         * 169.254.169.254.
         */
        LINK_LOCAL("a link-local address, at which the machine's own services answer"),
        /** A group: 224.0.0.0/4 and ff00::/8. */
        MULTICAST("a multicast address, to which no connection is possible"),
        /** All hosts on the link. */
        BROADCAST("the broadcast address, to which no connection is possible");

        private final String description;

        Scope(String description) {
            this.description = description;
        }

        /** Completes the sentence "10.0.0.1 is ...". */
        public String description() {
            return description;
        }
    }

    /** ASCII only: digits of other scripts are not accepted. */
    private static final Pattern CHARACTERS = Pattern.compile("[0-9A-Fa-f.:]{2,45}");

    private final InetAddress value;

    private IpAddress(InetAddress value) {
        this.value = value;
    }

    /**
     * The address; empty when the text is not an address in a usual form. 127.1, 010.0.0.1 and fe80::1%eth0 are not
     * accepted.
     */
    public static Optional<IpAddress> parse(@Nullable String text) {
        return text != null && CHARACTERS.matcher(text).matches() && InetAddresses.isInetAddress(text)
                ? Optional.of(of(InetAddresses.forString(text)))
                : Optional.empty();
    }

    /** The address of the socket or record, without its zone. */
    public static IpAddress of(InetAddress address) {
        return of(address.getAddress());
    }

    /** @param bytes 4 or 16, the most significant first */
    static IpAddress of(byte[] bytes) {
        try {
            return new IpAddress(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an IP address has 4 or 16 bytes", e);
        }
    }

    public boolean isIpv6() {
        return value instanceof Inet6Address;
    }

    /** 4 or 16 bytes. */
    byte[] bytes() {
        return value.getAddress();
    }

    /** The address with a port, as in {@code 10.0.0.1:9000} and {@code [fd00::1]:9000}. */
    public String withPort(int port) {
        return (isIpv6() ? "[" + this + "]" : toString()) + ":" + port;
    }

    /**
     * The scope of the address. A translator or tunnel sends some IPv6 addresses to the IPv4 address that they embed
     * (RFC 6052, RFC 7915, RFC 3056, and the deprecated IPv4-compatible form). Such an address has the scope of the
     * embedded address.
     */
    public Scope scope() {
        return Stream.concat(Stream.of(ownScope()), embedded().map(IpAddress::ownScope))
                .filter(scope -> scope != Scope.UNICAST)
                .findFirst()
                .orElse(Scope.UNICAST);
    }

    private Scope ownScope() {
        var bytes = bytes();
        if (value.isMulticastAddress()) {
            return Scope.MULTICAST;
        }
        if (value.isLoopbackAddress()) {
            return Scope.LOOPBACK;
        }
        if (value.isLinkLocalAddress()) {
            return Scope.LINK_LOCAL;
        }
        if (value.isAnyLocalAddress() || bytes.length == 4 && bytes[0] == 0) {
            return Scope.UNSPECIFIED;
        }
        return bytes.length == 4 && toString().equals("255.255.255.255") ? Scope.BROADCAST : Scope.UNICAST;
    }

    private Stream<IpAddress> embedded() {
        if (!isIpv6() || ownScope() != Scope.UNICAST) {
            return Stream.empty();
        }
        var bytes = bytes();
        if (Cidr.NAT64_LOCAL.contains(this)) {
            // Networks choose the length of their prefix: /48 has the address on both sides of bits 64 to 71, /96 at
            // the end.
            var both = List.of(of(new byte[] {bytes[6], bytes[7], bytes[9], bytes[10]}), at(bytes, 12));
            // The unused form has zeros there.
            return both.stream()
                            .filter(address -> address.ownScope() != Scope.UNSPECIFIED)
                            .findAny()
                            .isEmpty()
                    ? both.stream()
                    : both.stream().filter(address -> address.ownScope() != Scope.UNSPECIFIED);
        }
        if (Stream.of(Cidr.COMPATIBLE, Cidr.TRANSLATED, Cidr.NAT64).anyMatch(network -> network.contains(this))) {
            return Stream.of(at(bytes, 12));
        }
        return Cidr.SIX_TO_FOUR.contains(this) ? Stream.of(at(bytes, 2)) : Stream.empty();
    }

    private static IpAddress at(byte[] bytes, int from) {
        return of(Arrays.copyOfRange(bytes, from, from + 4));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress address && value.equals(address.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return InetAddresses.toAddrString(value);
    }
}
