package dev.datapath.operator.net;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A network.
 *
 * @param network its first address
 * @param prefixLength number of fixed bits
 */
public record Cidr(IpAddress network, int prefixLength) {
    private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,2}");
    /** Prefix length of ::ffff:0:0/96, the network of IPv4-mapped IPv6 addresses. */
    private static final int MAPPED = 96;

    /** IPv4-compatible IPv6 addresses, deprecated by RFC 4291 section 2.5.5.1. */
    static final Cidr COMPATIBLE = constant("::/96");

    /** IPv4-translated addresses of RFC 2765. */
    static final Cidr TRANSLATED = constant("::ffff:0:0:0/96");

    /** The well-known prefix of RFC 6052. */
    static final Cidr NAT64 = constant("64:ff9b::/96");

    /** Network-specific NAT64 prefixes (RFC 8215). */
    static final Cidr NAT64_LOCAL = constant("64:ff9b:1::/48");

    /** RFC 3056. */
    static final Cidr SIX_TO_FOUR = constant("2002::/16");

    /** The network; empty when the text is not a network. Bits after the prefix are ignored, as routers do. */
    public static Optional<Cidr> parse(@Nullable String text) {
        int slash = text == null ? -1 : text.indexOf('/');
        if (text == null
                || slash < 0
                || !LENGTH.matcher(text.substring(slash + 1)).matches()) {
            return Optional.empty();
        }
        int length = Integer.parseInt(text.substring(slash + 1));
        var written = text.substring(0, slash);
        return IpAddress.parse(written).flatMap(address -> of(address, length, written.indexOf(':') >= 0));
    }

    private static Optional<Cidr> of(IpAddress address, int length, boolean writtenAsIpv6) {
        if (length > (writtenAsIpv6 ? 128 : 32)) {
            return Optional.empty();
        }
        if (!writtenAsIpv6 || address.isIpv6()) {
            return Optional.of(new Cidr(masked(address.bytes(), length), length));
        }
        if (length >= MAPPED) {
            return Optional.of(new Cidr(masked(address.bytes(), length - MAPPED), length - MAPPED));
        }
        var mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(address.bytes(), 0, mapped, 12, 4);
        return Optional.of(new Cidr(masked(mapped, length), length));
    }

    private static Cidr constant(String text) {
        return parse(text).orElseThrow();
    }

    /** Whether the address is in this network. */
    public boolean contains(IpAddress address) {
        return address.isIpv6() == network.isIpv6()
                && masked(address.bytes(), prefixLength).equals(network);
    }

    /** Whether every address of the other network is in this one. */
    public boolean covers(Cidr other) {
        return other.prefixLength >= prefixLength && contains(other.network);
    }

    /** The network with this prefix length that contains this network. */
    public Cidr within(int length) {
        return new Cidr(masked(network.bytes(), length), length);
    }

    @Override
    public String toString() {
        return network + "/" + prefixLength;
    }

    private static IpAddress masked(byte[] bytes, int length) {
        var masked = Arrays.copyOf(bytes, bytes.length);
        for (int i = 0; i < masked.length; i++) {
            var keep = Math.clamp(length - i * 8L, 0, 8);
            masked[i] &= (byte) (0xff << (8 - keep));
        }
        return IpAddress.of(masked);
    }
}
