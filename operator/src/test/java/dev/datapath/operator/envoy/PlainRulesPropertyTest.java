package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.RouteTablePropertyTest.pick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.envoy.RouteTablePropertyTest.Call;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.PoolPlan.Balancing.Policy;
import dev.datapath.operator.plan.RulePlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** With a map for plain rules, every request is routed as with a route for each rule. */
class PlainRulesPropertyTest {
    private static final Map<String, PoolTraits> POOLS = Map.of(
            "a", new PoolTraits(Policy.LEAST_REQUEST, true),
            "b", new PoolTraits(Policy.LEAST_REQUEST, true),
            "single", new PoolTraits(Policy.LEAST_REQUEST, false),
            "hashed", new PoolTraits(Policy.HASH_KEY, true));

    @Property(tries = 600)
    void mapIsEquivalentToRoutes(@ForAll long seed) {
        var random = new Random(seed);
        var matches = matches(random);
        var rules = IntStream.range(0, 6)
                .mapToObj(i -> rule(i, random))
                .collect(Collectors.toMap(RulePlan::id, Function.identity()));
        var rest = pick(random, List.of("a", "a", "single", "none", "none"));
        var fallback = rest.equals("none") ? null : new Backend.Pool(rest);
        var listener =
                new ListenerPlan("s3", 80, List.of(RouteTablePropertyTest.BASE), List.of(), null, matches, fallback);
        var routes = table(listener, rules, RouteTable.MAX_PLAIN_ROUTES);
        var mapped = table(listener, rules, 0);
        for (int i = 0; i < 60; i++) {
            var call = Call.random(random);
            var request = call.request(random);
            var name = mapped.route(request);
            var forward = mapped.forward(request);
            if (forward.getCluster().equals(Names.NO_BUCKET_CLUSTER)) {
                assertThat(routes.route(request))
                        .as("%s with %s", call, matches)
                        .isEqualTo(Names.DEFAULT_RULE);
                assertThat(fallback).isNull();
                continue;
            }
            assertThat(forward).as("%s with %s", call, matches).isEqualTo(routes.forward(request));
            if (!name.equals(Names.PLAIN_RULES)) {
                assertThat(name).isEqualTo(routes.route(request));
            }
        }
    }

    /** Half of them match every request for a bucket. */
    private static List<MatchPlan> matches(Random random) {
        boolean all = random.nextBoolean();
        return RouteTablePropertyTest.matches(random).stream()
                .map(match -> all || random.nextBoolean()
                        ? new MatchPlan(match.rule(), match.bucket(), "", Set.of(), List.of(), List.of(), List.of())
                        : match)
                .map(match -> match.bucket() instanceof BucketMatch.Any && random.nextInt(4) > 0
                        ? new MatchPlan(
                                match.rule(),
                                new BucketMatch.Exact("x.y"),
                                match.keyPrefix(),
                                match.operations(),
                                match.headers(),
                                match.sourceCidrs(),
                                List.of())
                        : match)
                .sorted(RouteTablePropertyTest.ORDER)
                .toList();
    }

    private static RulePlan rule(int number, Random random) {
        var id = "rule-" + number;
        var pool = new RulePlan.WeightedBackend(
                new Backend.Pool(pick(random, List.of("a", "b", "a", "b", "single", "hashed"))), 1);
        var backends = new ArrayList<>(List.of(pool));
        if (random.nextInt(6) == 0) {
            backends.add(new RulePlan.WeightedBackend(new Backend.Pool("b"), 2));
        }
        var action = random.nextInt(6) == 0 ? new RulePlan.Deny("AccessDenied", 403) : new RulePlan.Forward(backends);
        var idle = random.nextInt(6) == 0 ? Duration.ofSeconds(7) : null;
        return new RulePlan(id, action, new RulePlan.Timeouts(null, idle), RouteRenderer.DEFAULT_RETRY, null, null);
    }

    private static RouteInterpreter table(ListenerPlan listener, Map<String, RulePlan> rules, int maxPlainRoutes) {
        return new RouteInterpreter(new RouteTable(listener, rules, POOLS, new RouteCache(), maxPlainRoutes)
                .render()
                .of("s3", false)
                .message());
    }
}
