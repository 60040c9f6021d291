package dev.datapath.operator.envoy;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.CidrRange;

/** Client networks for Envoy's matchers, in two equivalent API types. */
final class Networks {

    private Networks() {}

    /** For Envoy's own matchers. */
    static CidrRange range(String cidr) {
        int slash = cidr.indexOf('/');
        return CidrRange.newBuilder()
                .setAddressPrefix(cidr.substring(0, slash))
                .setPrefixLen(UInt32Value.of(Integer.parseInt(cidr.substring(slash + 1))))
                .build();
    }

    /** For the matchers of the xDS API. */
    static com.github.xds.core.v3.CidrRange xdsRange(String cidr) {
        int slash = cidr.indexOf('/');
        return com.github.xds.core.v3.CidrRange.newBuilder()
                .setAddressPrefix(cidr.substring(0, slash))
                .setPrefixLen(UInt32Value.of(Integer.parseInt(cidr.substring(slash + 1))))
                .build();
    }
}
