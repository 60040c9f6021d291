package dev.datapath.operator.envoy;

import com.google.protobuf.UInt32Value;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.PoolPlan.Balancing.Policy;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.RequestClass;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HedgePolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one rule does with requests of one class. */
final class RouteRenderer {

    /** Retries when no rule says it: measured against four nodes of which some fail, see docs/architecture.md. */
    static final RulePlan.Retry DEFAULT_RETRY = new RulePlan.Retry(null, Duration.ofMillis(5));

    /** Tells a client that a rule has denied its request. */
    static final String DENIED = "Denied by a routing rule.";

    private static final String READ_RETRY_ON = "connect-failure,refused-stream,reset,retriable-status-codes";

    /**
     * To Envoy a first byte that comes too late is a reset. The only node of a pool would get the request that it is slow at
     * once more, so resets are repeated there only as long as nothing was sent.
     */
    private static final String SAME_NODE_RETRY_ON =
            "connect-failure,refused-stream,reset-before-request,retriable-status-codes";

    /** Nodes that had the request already may be drawn again; so often, a pool of two nodes gives the other one. */
    private static final int HOST_SELECTIONS = 20;

    /** What a store answers when it could not serve a read that it might serve elsewhere or later. */
    private static final List<Integer> FAILURES = List.of(429, 500, 502, 503, 504);

    private static final RetryPolicy.RetryHostPredicate OTHER_NODE = RetryPolicy.RetryHostPredicate.newBuilder()
            .setName("envoy.retry_host_predicates.previous_hosts")
            .setTypedConfig(Protos.any(PreviousHostsPredicate.getDefaultInstance()))
            .build();

    private final Map<String, PoolTraits> pools;

    private final AddressStyle style;

    private final List<String> baseDomains;

    private final RetryPolicy inherited;

    RouteRenderer(Map<String, PoolTraits> pools, AddressStyle style, List<String> baseDomains) {
        this.pools = pools;
        this.style = style;
        this.baseDomains = baseDomains;
        this.inherited = inherited(pools);
    }

    /**
     * The retry policy of a virtual host, which its routes have when they name none. Envoy makes an object of each that is named, and
     * that is nearly half of a route's price; so the most frequent one, that of object reads, is named once.
     */
    static RetryPolicy inherited(Map<String, PoolTraits> pools) {
        boolean otherNode = pools.values().stream().allMatch(PoolTraits::otherNode);
        return retry(DEFAULT_RETRY, RequestClass.OBJECT_READ, otherNode)
                .setPerTryTimeout(Protos.duration(RequestClass.OBJECT_READ.defaultFirstByte()))
                .build();
    }

    Route rule(RulePlan rule, RequestClass requestClass, RouteMatch match) {
        return switch (rule.action()) {
            case RulePlan.Deny(var code, var status) -> refuse(rule.id(), status, code, DENIED, match);
            case RulePlan.Forward forward -> {
                var route = Route.newBuilder()
                        .setName(rule.id())
                        .setMatch(match)
                        .setRoute(forward(forward, rule, requestClass));
                if (isHedged(rule, forward, requestClass)) {
                    route.putTypedPerFilterConfig(HedgedReads.NAME, HedgedReads.enabled());
                }
                yield route.build();
            }
        };
    }

    /** What happens to requests of a class that no rule takes. */
    Route fallback(@Nullable Backend backend, RequestClass requestClass, RouteMatch match) {
        return backend == null
                ? refuse(Names.DEFAULT_RULE, 404, "NoSuchBucket", "No rule takes this request.", match)
                : rule(rule(backend), requestClass, match);
    }

    /** The same, when it is plain. */
    Optional<Selected.Plain> plain(@Nullable Backend backend, RequestClass requestClass) {
        return backend == null ? Optional.empty() : plain(rule(backend), requestClass);
    }

    private static RulePlan rule(Backend backend) {
        return plain(Names.DEFAULT_RULE, new RulePlan.Forward(List.of(new RulePlan.WeightedBackend(backend, 1))));
    }

    /** The rule when it says nothing but which pool serves a request; empty when it says more. */
    Optional<Selected.Plain> plain(RulePlan rule, RequestClass requestClass) {
        if (!(rule.action() instanceof RulePlan.Forward forward)
                || forward.backends().size() != 1
                // Whatever else a rule may come to say makes it differ.
                || !rule.equals(plain(rule.id(), forward))) {
            return Optional.empty();
        }
        var share = forward.backends().getFirst();
        return isHashed(traits(share))
                ? Optional.empty()
                : Optional.of(new Selected.Plain(
                        rule, Names.cluster(share.backend()), hasOtherNode(forward), requestClass, this));
    }

    private static RulePlan plain(String id, RulePlan.Forward forward) {
        return new RulePlan(id, forward, new RulePlan.Timeouts(null, null), DEFAULT_RETRY, null);
    }

    private static boolean isHashed(PoolTraits traits) {
        return traits.policy() == Policy.HASH_BUCKET || traits.policy() == Policy.HASH_KEY;
    }

    /** An S3 error made by the gateway; {@link LocalReplies} puts the XML around code and message. */
    static Route refuse(String name, int status, String code, String message, RouteMatch match) {
        var body = "<Code>" + code + "</Code><Message>" + message + "</Message>";
        return Route.newBuilder()
                .setName(name)
                .setMatch(match)
                .setDirectResponse(
                        DirectResponseAction.newBuilder().setStatus(status).setBody(Protos.inline(body)))
                .build();
    }

    private RouteAction forward(RulePlan.Forward forward, RulePlan rule, RequestClass requestClass) {
        var action = RouteAction.newBuilder();
        var backends = forward.backends();
        if (backends.size() == 1) {
            action.setCluster(Names.cluster(backends.getFirst().backend()));
        } else {
            var weighted = WeightedCluster.newBuilder();
            for (var share : backends) {
                weighted.addClusters(WeightedCluster.ClusterWeight.newBuilder()
                        .setName(Names.cluster(share.backend()))
                        .setWeight(UInt32Value.of(share.weight())));
            }
            action.setWeightedClusters(weighted);
        }
        backends.stream()
                .map(this::traits)
                .filter(RouteRenderer::isHashed)
                .map(PoolTraits::policy)
                .findFirst()
                .ifPresent(policy -> action.addAllHashPolicy(ObjectHash.of(policy, style, baseDomains)));

        // Envoy's own limit on the whole response is 15 s: no S3 transfer may be cut by it.
        action.setTimeout(Protos.duration(Duration.ZERO))
                .setIdleTimeout(Protos.duration(idle(rule, forward, requestClass)));
        var retry = retry(rule, forward, requestClass);
        if (!retry.equals(inherited)) {
            action.setRetryPolicy(retry);
        }
        if (isHedged(rule, forward, requestClass)) {
            action.setHedgePolicy(HedgePolicy.newBuilder().setHedgeOnPerTryTimeout(true));
        }
        return action.build();
    }

    private PoolTraits traits(RulePlan.WeightedBackend share) {
        return pools.getOrDefault(share.backend().name(), PoolTraits.UNKNOWN);
    }

    /** Whether a repetition reaches another node, whichever pool the request went to. */
    private boolean hasOtherNode(RulePlan.Forward forward) {
        return forward.backends().stream().allMatch(share -> traits(share).otherNode());
    }

    private boolean isHedged(RulePlan rule, RulePlan.Forward forward, RequestClass requestClass) {
        return rule.hedge() != null && requestClass == RequestClass.OBJECT_READ && hasOtherNode(forward);
    }

    /**
     * With hedging the timer of an attempt starts the second one, and Envoy has no other timer that ends with the first byte:
     * what the rule says about the first byte bounds every silence then.
     */
    private Duration idle(RulePlan rule, RulePlan.Forward forward, RequestClass requestClass) {
        var asked = rule.timeouts().idle();
        var idle = asked == null ? requestClass.defaultIdle() : longest(asked, requestClass);
        var firstByte = rule.timeouts().firstByte();
        return isHedged(rule, forward, requestClass) && firstByte != null && firstByte.compareTo(idle) < 0
                ? firstByte
                : idle;
    }

    private RetryPolicy retry(RulePlan rule, RulePlan.Forward forward, RequestClass requestClass) {
        var hedge = rule.hedge();
        if (hedge != null && isHedged(rule, forward, requestClass)) {
            // Each attempt that is late starts another one while there are repetitions left: one is the second copy. An
            // answer that might be repeated gives way to a copy that is still under way, so every failure is one.
            return policy(rule.retry())
                    .setRetryOn(READ_RETRY_ON)
                    .addAllRetriableStatusCodes(FAILURES)
                    .setNumRetries(UInt32Value.of(1))
                    .setPerTryTimeout(Protos.duration(hedge.after()))
                    .build();
        }
        return retry(rule.retry(), requestClass, hasOtherNode(forward))
                .setPerTryTimeout(Protos.duration(firstByte(rule, requestClass)))
                .build();
    }

    private static RetryPolicy.Builder retry(RulePlan.Retry retry, RequestClass requestClass, boolean otherNode) {
        var policy = policy(retry);
        var asked = retry.attempts();
        int attempts = asked == null ? requestClass.defaultRepetitions() : asked;
        if (!requestClass.repeatable()) {
            return policy.setRetryOn("connect-failure").setNumRetries(UInt32Value.of(attempts));
        }
        int limit = requestClass == RequestClass.METADATA_READ ? 1 : 10;
        return policy.setRetryOn(otherNode ? READ_RETRY_ON : SAME_NODE_RETRY_ON)
                .addRetriableStatusCodes(502)
                .addRetriableStatusCodes(504)
                .setNumRetries(UInt32Value.of(Math.min(attempts, limit)));
    }

    private static RetryPolicy.Builder policy(RulePlan.Retry retry) {
        return RetryPolicy.newBuilder()
                .addRetryHostPredicate(OTHER_NODE)
                .setHostSelectionRetryMaxAttempts(HOST_SELECTIONS)
                .setRetryBackOff(RetryPolicy.RetryBackOff.newBuilder()
                        .setBaseInterval(Protos.duration(retry.backoff()))
                        .setMaxInterval(Protos.duration(retry.backoff().multipliedBy(10))));
    }

    /** Envoy lets an attempt's timer pass once response headers came: it is a limit on the first byte. */
    private static Duration firstByte(RulePlan rule, RequestClass requestClass) {
        var asked = rule.timeouts().firstByte();
        return asked == null ? requestClass.defaultFirstByte() : longest(asked, requestClass);
    }

    /** A rule's limit, except that requests which answer late by nature keep at least their own. */
    private static Duration longest(Duration asked, RequestClass requestClass) {
        boolean late = requestClass == RequestClass.LONG_WRITE;
        return late && asked.compareTo(requestClass.defaultIdle()) < 0 ? requestClass.defaultIdle() : asked;
    }
}
