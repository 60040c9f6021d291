package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.RequestClass;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The selection for requests that reach one entry of a look-up tree. */
sealed interface Selected {

    /** The routes, or a matcher that selects one of them. */
    Matcher.OnMatch then();

    /** The clusters that they reference. */
    Set<String> clusters();

    /** No rule matches any request, and there is no default pool. */
    record Nothing(Matcher.OnMatch then) implements Selected {
        @Override
        public Set<String> clusters() {
            return Set.of();
        }
    }

    /** Any routes. */
    record Routes(Matcher.OnMatch then, Set<String> clusters) implements Selected {
        static Routes of(Collection<Route> routes, Matcher.OnMatch then) {
            var clusters = new TreeSet<String>();
            for (var route : routes) {
                if (route.hasRoute()) {
                    if (!route.getRoute().getCluster().isEmpty()) {
                        clusters.add(route.getRoute().getCluster());
                    }
                    route.getRoute().getRequestMirrorPoliciesList().stream()
                            .map(RouteAction.RequestMirrorPolicy::getCluster)
                            .forEach(clusters::add);
                    route.getRoute().getWeightedClusters().getClustersList().stream()
                            .map(WeightedCluster.ClusterWeight::getName)
                            .forEach(clusters::add);
                }
            }
            return new Routes(then, Set.copyOf(clusters));
        }
    }

    /**
     * One rule matches every request, and only declares a pool. Its route is created on demand: if there are many of these, they
     * share one route, and a map selects the pool.
     */
    final class Plain implements Selected {
        private final RulePlan rule;
        private final String cluster;
        private final boolean otherNode;
        private final RequestClass requestClass;
        private final RouteRenderer routes;
        private Matcher.@Nullable OnMatch then;

        /**
         * @param cluster the cluster to which the rule forwards requests
         * @param otherNode whether another node can serve a request after one node failed; retries depend on it
         */
        Plain(RulePlan rule, String cluster, boolean otherNode, RequestClass requestClass, RouteRenderer routes) {
            this.rule = rule;
            this.cluster = cluster;
            this.otherNode = otherNode;
            this.requestClass = requestClass;
            this.routes = routes;
        }

        String cluster() {
            return cluster;
        }

        boolean otherNode() {
            return otherNode;
        }

        @Override
        public Set<String> clusters() {
            return Set.of(cluster);
        }

        @Override
        public Matcher.OnMatch then() {
            if (then == null) {
                then = Predicates.action("route", route());
            }
            return then;
        }

        /** The shared route of all plain rules like this one. */
        Matcher.OnMatch mapped(String map) {
            var route = route().toBuilder().setName(Names.PLAIN_RULES);
            route.getRouteBuilder().setClusterSpecifierPlugin(map);
            return Predicates.action("route", route.build());
        }

        private Route route() {
            return routes.rule(
                    rule, requestClass, RouteMatch.newBuilder().setPrefix("/").build());
        }
    }
}
