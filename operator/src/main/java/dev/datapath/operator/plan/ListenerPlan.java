package dev.datapath.operator.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A port that S3 clients connect to.
 *
 * @param name unique within the DataPath
 * @param port the TCP port, 1 to 65535
 * @param baseDomains lower-case host names; {@code <bucket>.<baseDomain>} is a virtual-hosted request, for the longest
 *     base domain that matches; every other host is path style
 * @param hostnames lower-case host names of path-style requests besides the base domains; empty for any
 * @param tls how TLS is terminated, or null for plaintext
 * @param matches matches for requests to this listener, in order of precedence
 * @param defaultBackend backend of requests without a match; null responds with 404 NoSuchBucket
 */
public record ListenerPlan(
        String name,
        int port,
        List<String> baseDomains,
        List<String> hostnames,
        @Nullable TlsTermination tls,
        List<MatchPlan> matches,
        @Nullable Backend defaultBackend) {

    public ListenerPlan {
        baseDomains = List.copyOf(baseDomains);
        hostnames = List.copyOf(hostnames);
        matches = List.copyOf(matches);
    }

    /** The same listener without matches and default backend. */
    public ListenerPlan withoutRules() {
        return new ListenerPlan(name, port, baseDomains, hostnames, tls, List.of(), null);
    }
}
