package dev.datapath.operator.envoy;

import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.DomainUses;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.RulePlan;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Renders a plan as resources for Envoy 1.40. Equal plans and options give byte-equal resources. One renderer serves one DataPath.
 * It caches the last rendering: an unchanged part of the plan gives the same {@link Part}, which is encoded once. Not thread-safe.
 */
public final class EnvoyRenderer {

    private final RouteCache cache = new RouteCache();
    private final int maxPlainRoutes;
    private final Recall<String, ListenerInputs, Part<Listener>> listeners = new Recall<>();
    private final Recall<String, TableInputs, Part<RouteConfiguration>> tables = new Recall<>();
    private final Recall<String, ClusterInputs, Part<Cluster>> clusters = new Recall<>();
    private final Recall<String, ClusterInputs, Part<Cluster>> mirrors = new Recall<>();
    private final Recall<DomainUse, DomainInputs, Part<Cluster>> domainChecks = new Recall<>();
    private final Recall<String, PoolPlan, Part<ClusterLoadAssignment>> endpoints = new Recall<>();
    private final Recall<String, PoolPlan, Part<ClusterLoadAssignment>> mirrorEndpoints = new Recall<>();
    private final Recall<String, AdjustedInputs, Part<ClusterLoadAssignment>> adjusted = new Recall<>();
    private final Recall<String, SecretRenderer.Material, Part<Secret>> secrets = new Recall<>();
    private final List<Part<Cluster>> emptyClusters = Stream.of(Names.UNAVAILABLE_CLUSTER, Names.NO_BUCKET_CLUSTER)
            .map(name -> Part.of(name, ClusterRenderer.empty(name)))
            .toList();

    /**
     * The inputs of a listener.
     *
     * @param plan without listeners, pools and rules
     * @param listener without its rules
     */
    private record ListenerInputs(
            GatewayPlan plan, ListenerPlan listener, String bindAddress, int port, boolean reusePort) {}

    /** The inputs of a route table. */
    private record TableInputs(
            List<RulePlan> rules, ListenerPlan listener, Map<String, PoolTraits> pools, boolean requestIdToStore) {}

    /** @param pool without nodes */
    private record ClusterInputs(PoolPlan pool, Duration stalledUpload, Path checkEvents) {}

    /** @param percents the shares of nodes that differ from the declared weight */
    private record AdjustedInputs(PoolPlan pool, Map<String, Double> percents) {}

    /** @param pool with only the node that is checked */
    private record DomainInputs(DomainUse use, PoolPlan pool) {}

    /** A renderer with an empty cache. */
    public EnvoyRenderer() {
        this(RouteTable.MAX_PLAIN_ROUTES);
    }

    EnvoyRenderer(int maxPlainRoutes) {
        this.maxPlainRoutes = maxPlainRoutes;
    }

    /** Renders a plan without a cache. */
    public static EnvoyResources render(GatewayPlan plan, RenderOptions options) {
        return new EnvoyRenderer().resources(plan, options);
    }

    /** Renders the whole plan. */
    public EnvoyResources resources(GatewayPlan plan, RenderOptions options) {
        var resources = new EnvoyResources(
                listeners(plan, options),
                routes(plan),
                clusters(plan, options.checkEvents()),
                Stream.concat(
                                plan.pools().stream()
                                        .map(pool -> endpoints.get(pool.name(), pool, EnvoyRenderer::endpoints)),
                                mirrored(plan)
                                        .map(pool ->
                                                mirrorEndpoints.get(pool.name(), pool, EnvoyRenderer::mirrorEndpoints)))
                        .toList(),
                secrets(plan));
        List.of(listeners, tables, clusters, mirrors, domainChecks, endpoints, mirrorEndpoints, secrets)
                .forEach(Recall::endOfRendering);
        return resources;
    }

    /**
     * Applies decisions to rendered resources. Only the endpoints of pools with decisions change.
     *
     * @param declared the result of {@link #resources} for the plan
     */
    public EnvoyResources adjusted(EnvoyResources declared, GatewayPlan plan, Adjustments adjustments) {
        var parts = new ArrayList<Part<ClusterLoadAssignment>>();
        for (int i = 0; i < plan.pools().size(); i++) {
            var pool = plan.pools().get(i);
            var percents = adjustments.percents(pool.name());
            parts.add(
                    percents.isEmpty()
                            ? declared.endpoints().get(i)
                            : adjusted.get(pool.name(), new AdjustedInputs(pool, percents), EnvoyRenderer::endpoints));
        }
        // Copies are spread by the declared weights.
        parts.addAll(declared.endpoints()
                .subList(plan.pools().size(), declared.endpoints().size()));
        adjusted.endOfRendering();
        return declared.withEndpoints(parts);
    }

    private List<Part<Listener>> listeners(GatewayPlan plan, RenderOptions options) {
        var common = plan.withoutParts();
        return plan.listeners().stream()
                .map(listener -> listeners.get(
                        listener.name(),
                        new ListenerInputs(
                                common,
                                listener.withoutRules(),
                                options.bindAddress(),
                                options.ports().applyAsInt(listener.port()),
                                options.reusePort()),
                        EnvoyRenderer::listener))
                .toList();
    }

    private static Part<Listener> listener(ListenerInputs inputs) {
        var listener = inputs.listener();
        return Part.of(
                listener.name(),
                ListenerRenderer.render(
                        listener, inputs.plan(), inputs.bindAddress(), inputs.port(), inputs.reusePort()),
                new Part.References(
                        Set.of(),
                        Set.of(listener.name()),
                        SecretRenderer.secrets(listener).keySet(),
                        Set.of()));
    }

    private List<Part<RouteConfiguration>> routes(GatewayPlan plan) {
        var rules = plan.rules().stream().collect(Collectors.toMap(RulePlan::id, Function.identity()));
        var pools = plan.pools().stream().collect(Collectors.toMap(PoolPlan::name, PoolTraits::of));
        var rendered = new IdentityHashMap<ListenerPlan, RouteTable.Body>();
        var parts = new ArrayList<Part<RouteConfiguration>>();
        for (var listener : plan.listeners()) {
            parts.add(tables.get(
                    listener.name(),
                    new TableInputs(plan.rules(), listener, pools, plan.requestIdToStore()),
                    // A TLS listener next to a clear-text listener with the same routes is common.
                    inputs -> rendered.entrySet().stream()
                            .filter(other -> RouteTable.alike(other.getKey(), listener))
                            .map(Map.Entry::getValue)
                            .findFirst()
                            .orElseGet(() -> {
                                var body = new RouteTable(listener, rules, pools, cache, maxPlainRoutes).render();
                                rendered.put(listener, body);
                                return body;
                            })
                            .of(listener.name(), plan.requestIdToStore())));
        }
        cache.retain(plan.listeners().stream().map(ListenerPlan::name).toList());
        return parts;
    }

    private List<Part<Cluster>> clusters(GatewayPlan plan, Path checkEvents) {
        var parts = new ArrayList<Part<Cluster>>();
        for (var use : DomainUses.checked(plan)) {
            plan.pools().stream()
                    .filter(pool -> pool.name().equals(use.pool()))
                    .findFirst()
                    .flatMap(pool -> pool.firstActive()
                            .map(node -> domainChecks.get(
                                    use,
                                    new DomainInputs(use, pool.withNodes(List.of(node))),
                                    EnvoyRenderer::domainCheck)))
                    .ifPresent(parts::add);
        }
        var stalledUploads = StalledUploads.limits(plan);
        for (var pool : plan.pools()) {
            var inputs = new ClusterInputs(
                    pool.withNodes(List.of()), Objects.requireNonNull(stalledUploads.get(pool.name())), checkEvents);
            parts.add(clusters.get(pool.name(), inputs, EnvoyRenderer::cluster));
        }
        mirrored(plan)
                .map(pool -> mirrors.get(
                        pool.name(),
                        new ClusterInputs(
                                pool.withNodes(List.of()),
                                Objects.requireNonNull(stalledUploads.get(pool.name())),
                                checkEvents),
                        EnvoyRenderer::mirror))
                .forEach(parts::add);
        parts.addAll(emptyClusters);
        return parts;
    }

    private static Part<Cluster> domainCheck(DomainInputs inputs) {
        var pool = inputs.pool();
        return Part.of(
                Names.domainCheck(inputs.use()),
                ClusterRenderer.domainCheck(inputs.use(), pool, pool.nodes().getFirst()));
    }

    private static Part<Cluster> cluster(ClusterInputs inputs) {
        var name = Names.cluster(inputs.pool().name());
        return Part.of(
                name,
                ClusterRenderer.cluster(inputs.pool(), inputs.stalledUpload(), inputs.checkEvents()),
                new Part.References(Set.of(), Set.of(), Set.of(), Set.of(name)));
    }

    /** The pools that receive copies. */
    private static Stream<PoolPlan> mirrored(GatewayPlan plan) {
        var names = plan.rules().stream()
                .map(RulePlan::mirror)
                .filter(Objects::nonNull)
                .map(RulePlan.Mirror::pool)
                .collect(Collectors.toSet());
        return plan.pools().stream().filter(pool -> names.contains(pool.name()));
    }

    private static Part<Cluster> mirror(ClusterInputs inputs) {
        var name = Names.mirror(inputs.pool().name());
        var cluster = ClusterRenderer.cluster(inputs.pool(), inputs.stalledUpload(), inputs.checkEvents());
        return Part.of(
                name,
                ClusterRenderer.mirror(cluster, name),
                new Part.References(Set.of(), Set.of(), Set.of(), Set.of(name)));
    }

    private static Part<ClusterLoadAssignment> mirrorEndpoints(PoolPlan pool) {
        var name = Names.mirror(pool.name());
        return Part.of(
                name,
                EndpointRenderer.assignment(pool, Map.of()).toBuilder()
                        .setClusterName(name)
                        .build());
    }

    private static Part<ClusterLoadAssignment> endpoints(PoolPlan pool) {
        return endpoints(new AdjustedInputs(pool, Map.of()));
    }

    private static Part<ClusterLoadAssignment> endpoints(AdjustedInputs inputs) {
        var pool = inputs.pool();
        return Part.of(Names.cluster(pool.name()), EndpointRenderer.assignment(pool, inputs.percents()));
    }

    private List<Part<Secret>> secrets(GatewayPlan plan) {
        var materials = new TreeMap<String, SecretRenderer.Material>();
        plan.listeners().forEach(listener -> materials.putAll(SecretRenderer.secrets(listener)));
        plan.pools().forEach(pool -> materials.putAll(SecretRenderer.secrets(pool)));
        return materials.entrySet().stream()
                .map(material -> secrets.get(
                        material.getKey(),
                        material.getValue(),
                        content -> Part.of(material.getKey(), SecretRenderer.secret(content))))
                .toList();
    }
}
