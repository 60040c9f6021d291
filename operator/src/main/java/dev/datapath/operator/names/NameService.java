package dev.datapath.operator.names;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** A name service. */
@FunctionalInterface
public interface NameService {
    /**
     * The addresses of a host. May take long: the system's resolver tries each name server several times.
     *
     * @param namespace namespace of the object that contains the name
     * @param host in lower case, with a trailing dot if it was written
     */
    List<InetAddress> addresses(String namespace, String host) throws UnknownHostException;

    /**
     * The name servers of this machine, for absolute names only: without a trailing dot its search domains would be
     * added.
     */
    static NameService absolute() {
        return (namespace, host) -> {
            if (!host.endsWith(".")) {
                throw new UnknownHostException(host + " is not an absolute name");
            }
            return List.of(InetAddress.getAllByName(host));
        };
    }

    /** The name service of this machine: its hosts file, its name servers, and its search domains. */
    static NameService system() {
        return (namespace, host) -> {
            try {
                return List.of(InetAddress.getAllByName(host));
            } catch (UnknownHostException e) {
                if (!host.endsWith(".")) {
                    throw e;
                }
                // The hosts file contains names without a trailing dot.
                return List.of(InetAddress.getAllByName(host.substring(0, host.length() - 1)));
            }
        };
    }
}
