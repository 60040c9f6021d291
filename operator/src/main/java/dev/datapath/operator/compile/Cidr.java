package dev.datapath.operator.compile;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network.
 *
 * @param network its first address, in its canonical form
 * @param prefixLength fixed bits
 */
record Cidr(InetAddress network, int prefixLength) {

    /** The network, or empty when the text is not one. Bits behind the prefix are ignored, as routers do. */
    static Optional<Cidr> parse(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        var slash = text.indexOf('/');
        var digits = text.substring(slash + 1);
        if (slash < 0
                || digits.isEmpty()
                || digits.length() > 3
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        var length = Integer.parseInt(digits);
        return IpAddress.parse(text.substring(0, slash))
                .filter(address -> length <= address.getAddress().length * 8)
                .map(address -> new Cidr(masked(address, length), length));
    }

    /** Whether every address of the other network lies in this one. */
    boolean covers(Cidr other) {
        return other.network.getAddress().length == network.getAddress().length
                && other.prefixLength >= prefixLength
                && masked(other.network, prefixLength).equals(network);
    }

    /** The network of so many fixed bits that this one lies in. */
    Cidr within(int length) {
        return new Cidr(masked(network, length), length);
    }

    @Override
    public String toString() {
        return IpAddress.canonical(network) + "/" + prefixLength;
    }

    private static InetAddress masked(InetAddress address, int length) {
        var bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            var keep = Math.clamp(length - i * 8L, 0, 8);
            bytes[i] &= (byte) (0xff << (8 - keep));
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address keeps its length", e);
        }
    }
}
