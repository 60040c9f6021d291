package dev.datapath.operator.admission;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads IP addresses and networks as Go's {@code net/netip} does, which Kubernetes uses: no names, no leading zeros, no zones. */
final class IpAddresses {
    /** A network: the address bits as written and how many of them count. */
    record Cidr(byte[] address, int prefixLength) {
        boolean contains(byte[] other) {
            return address.length == other.length
                    && masked(address, prefixLength).equals(masked(other, prefixLength));
        }

        boolean contains(Cidr other) {
            return other.prefixLength >= prefixLength && contains(other.address);
        }

        private static BigInteger masked(byte[] bytes, int bits) {
            return new BigInteger(1, bytes).shiftRight(bytes.length * 8 - bits);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Cidr cidr
                    && prefixLength == cidr.prefixLength
                    && Arrays.equals(address, cidr.address);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(address) + prefixLength;
        }
    }

    private IpAddresses() {}

    static boolean isIpv4(String text) {
        return parse(text).filter(bytes -> bytes.length == 4).isPresent();
    }

    static boolean isIpv6(String text) {
        return parse(text).filter(bytes -> bytes.length == 16).isPresent();
    }

    static boolean isCidr(String text) {
        return parseCidr(text).isPresent();
    }

    /** 4 or 16 bytes. */
    static Optional<byte[]> parse(String text) {
        return Optional.ofNullable(text.indexOf(':') >= 0 ? ipv6(text) : ipv4(text));
    }

    static Optional<Cidr> parseCidr(String text) {
        int slash = text.lastIndexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(text.substring(slash + 1));
        return parse(text.substring(0, slash))
                .filter(address -> bits <= address.length * 8)
                .map(address -> new Cidr(address, bits));
    }

    private static byte @Nullable [] ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            if (!parts[i].matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(parts[i]) > 255) {
                return null;
            }
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return bytes;
    }

    private static byte @Nullable [] ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        byte[] head = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
        byte[] tail = gap < 0 ? new byte[0] : groups(text.substring(gap + 2), true);
        if (head == null || tail == null) {
            return null;
        }
        int length = head.length + tail.length;
        if (gap < 0 ? length != 16 : length > 14) {
            return null;
        }
        byte[] bytes = Arrays.copyOf(head, 16);
        System.arraycopy(tail, 0, bytes, 16 - tail.length, tail.length);
        return bytes;
    }

    /** The bytes of colon-separated groups, the last of which may be a dotted IPv4 address; null when malformed. */
    private static byte @Nullable [] groups(String text, boolean mayEndInIpv4) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] parts = text.split(":", -1);
        if (parts.length > 8) {
            return null;
        }
        byte[] bytes = new byte[0];
        for (int i = 0; i < parts.length; i++) {
            byte[] group;
            if (i == parts.length - 1 && mayEndInIpv4 && parts[i].indexOf('.') >= 0) {
                group = ipv4(parts[i]);
            } else if (parts[i].matches("[0-9a-fA-F]{1,4}")) {
                int value = Integer.parseInt(parts[i], 16);
                group = new byte[] {(byte) (value >> 8), (byte) value};
            } else {
                group = null;
            }
            if (group == null) {
                return null;
            }
            byte[] longer = Arrays.copyOf(bytes, bytes.length + group.length);
            System.arraycopy(group, 0, longer, bytes.length, group.length);
            bytes = longer;
        }
        return bytes;
    }
}
