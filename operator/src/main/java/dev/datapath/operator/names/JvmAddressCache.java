package dev.datapath.operator.names;

import java.security.Security;

/**
 * The JVM's own DNS cache. It keeps addresses for 30 s and failures for 10 s, so it would break the interval {@code
 * nodes.dns.refresh}.
 */
public final class JvmAddressCache {
    private JvmAddressCache() {}

    /** Must be called before the first look-up of the process, because the JVM reads these settings once. */
    public static void switchOff() {
        // A change of a security property may be logged, and a log manager looks up its host name at the first log
        // line. Therefore the property with a value in java.security is changed first, and the others have their system
        // properties by then.
        System.setProperty("sun.net.inetaddr.ttl", "0");
        System.setProperty("sun.net.inetaddr.stale.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.stale.ttl", "0");
    }
}
