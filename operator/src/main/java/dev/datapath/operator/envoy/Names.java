package dev.datapath.operator.envoy;

import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.ListenerPlan;

/** Names in Envoy's configuration; made from identities, never from positions, because Envoy keeps state by name. */
final class Names {

    /**
     * Carries the path without its query and with one more slash, so that a bucket has one spelling:
     * {@code /b}, {@code /b?x} and {@code /b/key} all start with {@code /b/}. Never leaves the gateway.
     */
    static final String TARGET_HEADER = "x-datapath-target";

    /**
     * Carries the method, a space and the method that a CORS preflight announces: {@code "GET "}, {@code "OPTIONS PUT"}.
     * Never leaves the gateway.
     */
    static final String METHOD_HEADER = "x-datapath-method";

    /** Carries the version of HTTP that the client speaks: {@code HTTP/1.0} or {@code HTTP/1.1}. Never leaves the gateway. */
    static final String PROTOCOL_HEADER = "x-datapath-protocol";

    /** Carries the host and a colon, so that a host has one spelling with and without port. Never leaves the gateway. */
    static final String HOST_HEADER = "x-datapath-host";

    /** Which protocol a client spoke to a proxy before the gateway. Envoy overwrites it with that of its own connection. */
    static final String FORWARDED_PROTO = "x-forwarded-proto";

    /**
     * Carries the client's {@code X-Forwarded-Proto} past Envoy, which replaces it by what it knows of the connection. Never leaves
     * the gateway.
     */
    static final String FORWARDED_PROTO_HEADER = "x-datapath-forwarded-proto";

    /** Names what CopyObject and UploadPartCopy read. */
    static final String COPY_SOURCE = "x-amz-copy-source";

    /** Names what RenameObject moves. */
    static final String RENAME_SOURCE = "x-amz-rename-source";

    /** The client's IP address, kept per connection for rules with source CIDRs. */
    static final String SOURCE_ADDRESS_STATE = "datapath.source";

    /** The same address as text: what Envoy's generic matcher reads of the other one has a port, and is no address to it. */
    static final String SOURCE_TEXT_STATE = "datapath.source.text";

    /** The cluster that has no node: what is sent there gets 503. */
    static final String UNAVAILABLE_CLUSTER = "unavailable";

    /** The clusters that check whether stores know a base domain; no route leads to them. */
    static final String DOMAIN_CHECK_PREFIX = "domain/";

    /**
     * The cluster of requests for buckets that no rule names, where a map finds the clusters of the others and there is no pool for
     * the rest. It has no node: {@link LocalReplies} answers that there is no such bucket.
     */
    static final String NO_BUCKET_CLUSTER = "no-bucket";

    /** The rule name of what no rule takes, in logs and metrics. */
    static final String DEFAULT_RULE = "default";

    /** The rule name of all rules that one route serves, in logs and metrics; the pool tells more. */
    static final String PLAIN_RULES = "plain";

    private Names() {}

    /**
     * What a listener's statistics are called. Listeners that are Envoy's own, its admin interface among them, are named
     * without a slash: who drains a gateway or adds up its requests has to tell them apart.
     */
    static String statistics(ListenerPlan listener) {
        return "s3/" + listener.name();
    }

    static String cluster(String pool) {
        return "pool/" + pool;
    }

    /** The cluster that checks whether the pool's store knows the domain. */
    static String domainCheck(DomainUse use) {
        return DOMAIN_CHECK_PREFIX + use.pool() + "/" + use.baseDomain();
    }

    static String cluster(Backend backend) {
        return switch (backend) {
            case Backend.Pool(var name) -> cluster(name);
            case Backend.Unavailable unavailable -> UNAVAILABLE_CLUSTER;
        };
    }
}
