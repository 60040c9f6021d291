package dev.datapath.operator.envoy;

import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.ListenerPlan;

/** Names in Envoy's configuration. They are derived from identities, never from positions, because Envoy keeps state by name. */
final class Names {

    /**
     * Contains the path without query and with an additional slash, so a bucket has a single form: {@code /b}, {@code /b?x} and
     * {@code /b/key} all start with {@code /b/}. Never leaves the gateway.
     */
    static final String TARGET_HEADER = "x-datapath-target";

    /**
     * Contains the method, a space and the method that a CORS preflight announces: {@code "GET "}, {@code "OPTIONS PUT"}. Never
     * leaves the gateway.
     */
    static final String METHOD_HEADER = "x-datapath-method";

    /** Contains the HTTP version of the client: {@code HTTP/1.0} or {@code HTTP/1.1}. Never leaves the gateway. */
    static final String PROTOCOL_HEADER = "x-datapath-protocol";

    /** Contains the host and a colon, so a host has the same form with and without port. Never leaves the gateway. */
    static final String HOST_HEADER = "x-datapath-host";

    /**
     * The protocol between the client and a proxy in front of the gateway. Envoy overwrites it with the protocol of its own
     * connection.
     */
    static final String FORWARDED_PROTO = "x-forwarded-proto";

    /**
     * Preserves the client's {@code X-Forwarded-Proto}, which Envoy replaces by the protocol of the connection. Never leaves the
     * gateway.
     */
    static final String FORWARDED_PROTO_HEADER = "x-datapath-forwarded-proto";

    /** The source object of CopyObject and UploadPartCopy. */
    static final String COPY_SOURCE = "x-amz-copy-source";

    /** The source object of RenameObject. */
    static final String RENAME_SOURCE = "x-amz-rename-source";

    /** The client's IP address, kept per connection for rules with source CIDRs. */
    static final String SOURCE_ADDRESS_STATE = "datapath.source";

    /**
     * The same address as text, because Envoy's generic matcher reads the other state with a port, which it cannot parse as an
     * address.
     */
    static final String SOURCE_TEXT_STATE = "datapath.source.text";

    /** The cluster without nodes. Requests to it get 503. */
    static final String UNAVAILABLE_CLUSTER = "unavailable";

    /** Prefix of the clusters that check whether stores are configured with a base domain. No route uses them. */
    static final String DOMAIN_CHECK_PREFIX = "domain/";

    /**
     * The cluster for requests to buckets without rule, if a map selects the clusters and there is no default pool. It has no node:
     * {@link LocalReplies} answers with NoSuchBucket.
     */
    static final String NO_BUCKET_CLUSTER = "no-bucket";

    /** The rule name of requests without matching rule, in logs and metrics. */
    static final String DEFAULT_RULE = "default";

    /** The rule name of all rules that share a route, in logs and metrics. The pool distinguishes them. */
    static final String PLAIN_RULES = "plain";

    private Names() {}

    /**
     * The stat prefix of a listener. Envoy's own listeners, such as the admin interface, have no slash in it. Draining and metrics
     * use this to distinguish them.
     */
    static String statistics(ListenerPlan listener) {
        return "s3/" + listener.name();
    }

    static String cluster(String pool) {
        return "pool/" + pool;
    }

    /** The cluster that checks whether the pool's store is configured with the domain. */
    static String domainCheck(DomainUse use) {
        return DOMAIN_CHECK_PREFIX + use.pool() + "/" + use.baseDomain();
    }

    /** The cluster that receives copies for a pool. */
    static String mirror(String pool) {
        return "mirror/" + pool;
    }

    static String cluster(Backend backend) {
        return switch (backend) {
            case Backend.Pool(var name) -> cluster(name);
            case Backend.Unavailable unavailable -> UNAVAILABLE_CLUSTER;
        };
    }
}
