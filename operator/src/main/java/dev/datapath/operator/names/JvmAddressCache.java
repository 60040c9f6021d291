package dev.datapath.operator.names;

import java.security.Security;

/**
 * The JVM's own cache of name look-ups, which keeps addresses for 30 s, names without an address for 10 s, and would make {@code
 * nodes.dns.refresh} a promise that is not kept.
 */
public final class JvmAddressCache {
    private JvmAddressCache() {}

    /** To be called before the first look-up of the process: the JVM reads these settings once. */
    public static void switchOff() {
        // Each change of a security property may be logged, and a log manager looks its host's name up at its first
        // line. So the one
        // that has a value in java.security is changed first, and the others have their system properties by then.
        System.setProperty("sun.net.inetaddr.ttl", "0");
        System.setProperty("sun.net.inetaddr.stale.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.stale.ttl", "0");
    }
}
