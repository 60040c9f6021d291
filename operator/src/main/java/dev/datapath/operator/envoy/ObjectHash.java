package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.PoolPlan.Balancing.Policy;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The hash policy of consistent hashing: the bucket, and the key if the pool requires it. An object has the same hash for all forms
 * of its address: path style or virtual-hosted, with or without port, in any case of the domain.
 */
final class ObjectHash {

    private ObjectHash() {}

    static List<HashPolicy> of(Policy policy, AddressStyle style, List<String> baseDomains) {
        var bucket = style == AddressStyle.PATH
                ? part(":path", "^/([^/?]*).*$")
                : part(":authority", "^(.*?)\\.(?i:" + alternatives(baseDomains) + ")\\.?(?::[0-9]*)?$");
        if (policy == Policy.HASH_BUCKET) {
            return List.of(bucket);
        }
        return List.of(bucket, part(":path", style == AddressStyle.PATH ? "^/[^/?]*/?([^?]*).*$" : "^/([^?]*).*$"));
    }

    private static HashPolicy part(String header, String expression) {
        var rewrite = RegexMatchAndSubstitute.newBuilder()
                .setPattern(RegexMatcher.newBuilder().setRegex(expression))
                .setSubstitution("\\1");
        return HashPolicy.newBuilder()
                .setHeader(HashPolicy.Header.newBuilder().setHeaderName(header).setRegexRewrite(rewrite))
                .build();
    }

    private static String alternatives(List<String> domains) {
        return domains.stream().map(domain -> domain.replace(".", "\\.")).collect(Collectors.joining("|"));
    }
}
