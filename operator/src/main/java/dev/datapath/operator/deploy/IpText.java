package dev.datapath.operator.deploy;

import com.google.common.net.InetAddresses;

/** IP addresses as the API server wants them: in the one form of RFC 5952. */
final class IpText {

    private IpText() {}

    /** The address in that form; a text that is none, as it is. */
    static String canonical(String address) {
        return InetAddresses.isInetAddress(address)
                ? InetAddresses.toAddrString(InetAddresses.forString(address))
                : address;
    }

    static boolean isIpv6(String address) {
        return address.contains(":");
    }
}
