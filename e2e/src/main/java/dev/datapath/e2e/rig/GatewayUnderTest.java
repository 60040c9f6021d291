package dev.datapath.e2e.rig;

import java.util.List;

/** A fleet of gateways as its clients and its owner see it, whatever runs it. */
public interface GatewayUnderTest extends AutoCloseable {
    /** How many gateways the fleet has. */
    int size();

    /** Where the S3 listener of one gateway listens on 127.0.0.1, clear text; the first is number 0. */
    int port(int gateway);

    /** The process ids of the gateways' proxies, in the order of the gateways. */
    List<Long> pids();

    /**
     * Sends the requests for some buckets to some nodes and returns when every gateway does so. What was routed before stays.
     *
     * @throws IllegalStateException when the fleet does not take the configuration; the message says why
     */
    void route(Routing routing);

    /**
     * Applies a RoutingPolicy and returns when every gateway follows it.
     *
     * @param name the policy's name
     * @param yaml the whole object
     * @throws IllegalStateException when the fleet does not take it; the message says why
     */
    void policy(String name, String yaml);

    @Override
    void close();
}
