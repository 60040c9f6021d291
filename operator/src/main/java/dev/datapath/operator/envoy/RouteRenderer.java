package dev.datapath.operator.envoy;

import com.google.protobuf.UInt32Value;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.PoolPlan.Balancing.Policy;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.RequestClass;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HedgePolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Renders the route of one rule for requests of one class. */
final class RouteRenderer {

    /** Default number of retries: measured with four nodes of which some fail, see docs/architecture.md. */
    static final RulePlan.Retry DEFAULT_RETRY = new RulePlan.Retry(null, Duration.ofMillis(5));

    /** The message to clients when a rule denies a request. */
    static final String DENIED = "Denied by a routing rule.";

    private static final String READ_RETRY_ON = "connect-failure,refused-stream,reset,retriable-status-codes";

    /**
     * Envoy treats a first-byte timeout as a reset. In a pool with a single node, a retry would send the same slow request to the
     * same node, so resets are only retried there as long as no byte of the request was sent.
     */
    private static final String SAME_NODE_RETRY_ON =
            "connect-failure,refused-stream,reset-before-request,retriable-status-codes";

    /**
     * Number of selection attempts to avoid nodes that already had the request. With this number, a pool of two nodes selects the
     * other one.
     */
    private static final int HOST_SELECTIONS = 20;

    /** Statuses with which a store fails a read that another node, or a later retry, may serve. */
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
     * The retry policy of a virtual host, which applies to routes without their own. Envoy creates an object for each policy of a
     * route, which is nearly half of a route's cost. So the most frequent policy, that of object reads, is set once here.
     */
    static RetryPolicy inherited(Map<String, PoolTraits> pools) {
        boolean otherNode = pools.values().stream().allMatch(PoolTraits::otherNode);
        return retry(DEFAULT_RETRY, RequestClass.OBJECT_READ, otherNode)
                .setPerTryTimeout(Protos.duration(RequestClass.OBJECT_READ.defaultFirstByte()))
                .build();
    }

    Route rule(RulePlan rule, RequestClass requestClass, RouteMatch match) {
        return switch (rule.action()) {
            case RulePlan.Deny(var code, var status) -> reject(rule.id(), status, code, DENIED, match);
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

    /** The route for requests of a class that no rule matches. */
    Route fallback(@Nullable Backend backend, RequestClass requestClass, RouteMatch match) {
        return backend == null
                ? reject(Names.DEFAULT_RULE, 404, "NoSuchBucket", "No rule matches this request.", match)
                : rule(rule(backend), requestClass, match);
    }

    /** The same route, if it is plain. */
    Optional<Selected.Plain> plain(@Nullable Backend backend, RequestClass requestClass) {
        return backend == null ? Optional.empty() : plain(rule(backend), requestClass);
    }

    private static RulePlan rule(Backend backend) {
        return plain(Names.DEFAULT_RULE, new RulePlan.Forward(List.of(new RulePlan.WeightedBackend(backend, 1))));
    }

    /** The plain rule, which only declares a pool; empty when the rule declares more. */
    Optional<Selected.Plain> plain(RulePlan rule, RequestClass requestClass) {
        if (!(rule.action() instanceof RulePlan.Forward forward)
                || forward.backends().size() != 1
                // Any other setting makes the rule different from a plain one.
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
        return new RulePlan(id, forward, new RulePlan.Timeouts(null, null), DEFAULT_RETRY, null, null);
    }

    private static boolean isHashed(PoolTraits traits) {
        return traits.policy() == Policy.HASH_BUCKET || traits.policy() == Policy.HASH_KEY;
    }

    /** A route with an S3 error of the gateway; {@link LocalReplies} adds the XML around code and message. */
    static Route reject(String name, int status, String code, String message, RouteMatch match) {
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

        // Disables Envoy's timeout of 15 s for the whole response, which would abort S3 transfers.
        action.setTimeout(Protos.duration(Duration.ZERO))
                .setIdleTimeout(Protos.duration(idle(rule, forward, requestClass)));
        var retry = retry(rule, forward, requestClass);
        if (!retry.equals(inherited)) {
            action.setRetryPolicy(retry);
        }
        var mirror = rule.mirror();
        if (mirror != null && requestClass == RequestClass.OBJECT_READ) {
            action.addRequestMirrorPolicies(RouteAction.RequestMirrorPolicy.newBuilder()
                    .setCluster(Names.mirror(mirror.pool()))
                    .setRuntimeFraction(RuntimeFractionalPercent.newBuilder()
                            .setDefaultValue(FractionalPercent.newBuilder().setNumerator(mirror.percent())))
                    // The host is signed.
                    .setDisableShadowHostSuffixAppend(true));
        }
        if (isHedged(rule, forward, requestClass)) {
            action.setHedgePolicy(HedgePolicy.newBuilder().setHedgeOnPerTryTimeout(true));
        }
        return action.build();
    }

    private PoolTraits traits(RulePlan.WeightedBackend share) {
        return pools.getOrDefault(share.backend().name(), PoolTraits.UNKNOWN);
    }

    /** Whether a retry can reach another node in every pool of the rule. */
    private boolean hasOtherNode(RulePlan.Forward forward) {
        return forward.backends().stream().allMatch(share -> traits(share).otherNode());
    }

    private boolean isHedged(RulePlan rule, RulePlan.Forward forward, RequestClass requestClass) {
        return rule.hedge() != null && requestClass == RequestClass.OBJECT_READ && hasOtherNode(forward);
    }

    /**
     * With hedging, the per-try timer starts the second attempt, and Envoy has no other timer that ends with the first byte. So the
     * first-byte timeout of the rule then limits every idle period.
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
            // Each late attempt starts another one while there are retries left; one of these is the second copy. A
            // retriable response is dropped in favour of a copy in flight, so every failure counts as retriable.
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

    /** Envoy stops the per-try timer when response headers arrive, so it limits the first byte. */
    private static Duration firstByte(RulePlan rule, RequestClass requestClass) {
        var asked = rule.timeouts().firstByte();
        return asked == null ? requestClass.defaultFirstByte() : longest(asked, requestClass);
    }

    /** The timeout of the rule, but at least the default for requests with inherently late responses. */
    private static Duration longest(Duration asked, RequestClass requestClass) {
        boolean late = requestClass == RequestClass.LONG_WRITE;
        return late && asked.compareTo(requestClass.defaultIdle()) < 0 ? requestClass.defaultIdle() : asked;
    }
}
