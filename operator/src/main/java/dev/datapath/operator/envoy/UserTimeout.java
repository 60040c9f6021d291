package dev.datapath.operator.envoy;

import io.envoyproxy.envoy.config.core.v3.SocketOption;
import java.time.Duration;

/**
 * The TCP user timeout of a socket (RFC 5482; {@code TCP_USER_TIMEOUT} in tcp(7)): the kernel closes a connection when its peer has
 * acknowledged no pending data for this time, because it is unreachable or does not read. Time without pending data does not count.
 */
final class UserTimeout {
    /** {@code IPPROTO_TCP} of Linux. */
    private static final int TCP = 6;

    /** {@code TCP_USER_TIMEOUT} of Linux, in milliseconds. */
    private static final int USER_TIMEOUT = 18;

    private UserTimeout() {}

    static SocketOption of(Duration limit, String description) {
        return SocketOption.newBuilder()
                .setDescription(description)
                .setLevel(TCP)
                .setName(USER_TIMEOUT)
                .setIntValue(limit.toMillis())
                .setState(SocketOption.SocketState.STATE_PREBIND)
                .build();
    }
}
