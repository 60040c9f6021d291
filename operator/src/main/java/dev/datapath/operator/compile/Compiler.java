package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.Gateway;
import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.RulePlan;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Compiles declared objects to the plan for the gateways of a DataPath.
 *
 * <p>A pure function: no clock, no network, no name resolution, no state. It accepts every value of the API types, also objects
 * that no API server admitted, and never throws. An error becomes a {@link Finding} on the object that must be changed. An unusable
 * part keeps its last good value or is dropped; the rest of the plan applies. Equal sets give equal results, independent of the
 * order of their objects.
 */
public final class Compiler {
    private static final Duration DRAIN_TIMEOUT = Duration.ofMinutes(10);
    private static final int MAX_CONNECTIONS = 50_000;
    private static final DataPathSpec NOTHING = new DataPathSpec(
            List.of(), null, Gateway.DEFAULT, DataPathSpec.Drain.DEFAULT, DataPathSpec.AccessLog.DEFAULT);

    private Compiler() {}

    /**
     * Compiles one DataPath. Findings are on it, on the StoragePools of its namespace, and on the policies and objectives that
     * target it.
     */
    public static Compilation compile(ResourceSet set) {
        var findings = new BoundedFindings();
        var key = Identity.key(set.dataPath());
        var spec = set.dataPath().getSpec();
        var at = Report.on(Identity.ref(set.dataPath()), findings).field("spec");
        var lastGood = set.lastGood();
        var materials = new Materials(
                key.namespace(),
                ofNamespace(set.secrets(), key),
                ofNamespace(set.configMaps(), key),
                set.discovery().unreadable(),
                lastGood,
                set.now());
        var declaredPools = ofNamespace(set.pools(), key);
        var pools = new PoolCompiler(
                        materials, new NodeCompiler(set.discovery(), lastGood, set.environment()), set.environment())
                .compile(declaredPools, findings);
        var backends = new Backends(
                key.namespace(),
                declaredPools.stream().map(pool -> Identity.key(pool).name()).collect(Collectors.toSet()),
                pools.keySet());
        if (spec == null || spec.listeners().isEmpty()) {
            at.field("listeners")
                    .error(Reason.Invalid, "a DataPath needs a listener: add one with a name, a protocol and a port");
        }
        var settings = spec == null ? NOTHING : spec;
        GatewayCheck.check(settings.gateway(), at.field("gateway"));
        var listeners =
                fitting(new ListenerCompiler(materials).compile(settings, at), set.room(), settings.listeners(), at);
        var defaultBackend = settings.poolRef() == null
                ? null
                : backends.named(settings.poolRef().name(), at.field("poolRef").field("name"));
        var defaultPool = defaultBackend == null ? null : pools.get(defaultBackend.name());
        long fixed = listeners.stream().mapToLong(SizeLimit::bytes).sum()
                + (defaultPool == null ? 0 : SizeLimit.bytes(defaultPool));

        var targeting = Identity.sorted(set.policies()).stream()
                .filter(policy -> Targets.include(policy, key))
                .toList();
        var declaredListeners = new TreeSet<String>();
        settings.listeners().forEach(listener -> declaredListeners.add(Identity.text(listener.name())));
        declaredListeners.remove("");
        var limit = new SizeLimit(set.room() - fixed, listeners, pools);
        var selection = new PolicySelection(
                        new PolicyCompiler(new RuleCompiler(backends, defaultBackend), declaredListeners, findings),
                        limit,
                        findings)
                .select(targeting);
        var policies = selection.policies();
        var applying = Precedence.resolve(policies.candidates(), declaredListeners);

        checkObjectives(set, key, targeting, backends, findings);
        UnreadObject.report(declaredPools, findings);
        UnreadObject.report(targeting, findings);
        UnreadObject.report(set.objectives(), findings);

        var plans = new ArrayList<ListenerPlan>();
        var rules = new TreeMap<String, RulePlan>();
        for (var listener : listeners) {
            var matches = applying.getOrDefault(listener.name(), List.of());
            plans.add(new ListenerPlan(
                    listener.name(),
                    listener.port(),
                    listener.baseDomains(),
                    listener.hostnames(),
                    listener.tls(),
                    matches.stream().map(Candidate::match).toList(),
                    defaultBackend));
            matches.forEach(match -> rules.put(
                    match.match().rule(), policies.rules().get(match.match().rule())));
        }
        UnknownHosts.check(settings.listeners(), plans, rules, at);
        var plan = new GatewayPlan(
                key,
                plans,
                new OwnListeners(set.discovery().own(), findings)
                        .leaveOut(
                                used(
                                        pools,
                                        rules,
                                        policies.retryBudgets(),
                                        defaultBackend == null ? Set.of() : Set.of(defaultBackend)),
                                declaredPools),
                List.copyOf(rules.values()),
                Bounds.duration(
                        at.field("drain").field("timeout"),
                        settings.drain().timeout(),
                        DRAIN_TIMEOUT,
                        Duration.ofSeconds(1),
                        Duration.ofHours(24)),
                accessLog(settings.accessLog().mode()),
                settings.accessLog().sendRequestId(),
                Bounds.integer(
                        at.field("gateway").field("maxConnections"),
                        settings.gateway().maxConnections(),
                        MAX_CONNECTIONS,
                        1,
                        1_000_000),
                ResourcesCheck.memoryLimit(
                        settings.gateway().resources(), at.field("gateway").field("resources")));
        return new Compilation(
                plan,
                adjustments(plan, set.decisions(), set.now()),
                findings.listed(Identity.ref(set.dataPath())),
                attachments(applying, listeners),
                fixed + selection.bytes());
    }

    /**
     * The decisions in force for a plan: those that have not expired and concern pools and active nodes of the plan. The time for
     * this does not grow with the number of rules.
     */
    public static Adjustments adjustments(GatewayPlan plan, Decisions decisions, Instant now) {
        return DecisionCompiler.adjustments(plan, decisions, now);
    }

    private static Attachments attachments(Map<String, List<Candidate>> applying, List<ListenerPlan> opened) {
        var open = new TreeMap<String, Set<ObjectKey>>();
        var closed = new TreeMap<String, Set<ObjectKey>>();
        var names = opened.stream().map(ListenerPlan::name).collect(Collectors.toSet());
        applying.forEach((listener, matches) -> (names.contains(listener) ? open : closed)
                .put(listener, matches.stream().map(Candidate::policy).collect(Collectors.toUnmodifiableSet())));
        return new Attachments(open, closed);
    }

    /** The listeners without those whose certificates and names exceed their share of the size limit. */
    private static List<ListenerPlan> fitting(
            List<ListenerPlan> listeners, long room, List<Listener> declared, Report at) {
        var names = declared.stream().map(Listener::name).toList();
        var fitting = new ArrayList<ListenerPlan>();
        long bytes = 0;
        for (var listener : listeners) {
            long own = SizeLimit.bytes(listener);
            if (bytes + own <= room / 2) {
                bytes += own;
                fitting.add(listener);
            } else {
                at.item("listeners", names.indexOf(listener.name()))
                        .error(
                                Reason.TooLarge,
                                "listener " + listener.name()
                                        + " is not opened: certificates, CA certificates and base domains of"
                                        + " all listeners may take " + SizeLimit.mebibytes(room / 2)
                                        + " MiB together, and those up to this one take "
                                        + SizeLimit.mebibytes(bytes + own)
                                        + " MiB. Reference fewer or smaller certificates");
            }
        }
        return fitting;
    }

    /**
     * The findings of StoragePools in a namespace without DataPath, for which there is no compilation.
     *
     * @param namespace namespace of all objects
     */
    public static List<Finding> findingsOfPools(
            String namespace,
            Collection<StoragePool> pools,
            Collection<Secret> secrets,
            Collection<ConfigMap> configMaps,
            Discovery discovery,
            Instant now,
            Environment environment) {
        var findings = new TreeSet<Finding>();
        var lastGood = LastGood.NONE;
        new PoolCompiler(
                        new Materials(namespace, secrets, configMaps, discovery.unreadable(), lastGood, now),
                        new NodeCompiler(discovery, lastGood, environment),
                        environment)
                .compile(pools, findings);
        return List.copyOf(findings);
    }

    private static void checkObjectives(
            ResourceSet set,
            ObjectKey key,
            List<RoutingPolicy> targeting,
            Backends backends,
            Collection<Finding> findings) {
        var names = targeting.stream()
                .flatMap(policy -> policy.getSpec().rules().stream())
                .map(rule -> Identity.text(rule.name()))
                .collect(Collectors.toSet());
        var objectives = new ObjectiveCompiler(names, backends, findings);
        set.objectives().stream()
                .filter(objective -> Targets.include(objective, key))
                .forEach(objectives::check);
    }

    /** The referenced pools, each with the smallest retry budget of the rules that use it. */
    private static List<PoolPlan> used(
            Map<String, PoolPlan> pools,
            Map<String, RulePlan> rules,
            Map<String, Integer> budgets,
            Collection<Backend> others) {
        var names = new HashSet<String>();
        others.forEach(backend -> names.add(backend.name()));
        var smallest = new HashMap<String, Integer>();
        rules.forEach((id, rule) -> {
            if (rule.mirror() != null) {
                names.add(rule.mirror().pool());
            }
            if (rule.action() instanceof RulePlan.Forward(var backends)) {
                for (var share : backends) {
                    names.add(share.backend().name());
                    if (budgets.containsKey(id)) {
                        smallest.merge(share.backend().name(), budgets.get(id), Math::min);
                    }
                }
            }
        });
        return pools.values().stream()
                .filter(pool -> names.contains(pool.name()))
                .map(pool -> pool.withRetryBudgetPercent(
                        smallest.getOrDefault(pool.name(), PoolCompiler.RETRY_BUDGET_PERCENT)))
                .toList();
    }

    private static <T extends HasMetadata> List<T> ofNamespace(Collection<T> objects, ObjectKey key) {
        return objects.stream()
                .filter(object -> Identity.key(object).namespace().equals(key.namespace()))
                .toList();
    }

    private static GatewayPlan.AccessLog accessLog(DataPathSpec.AccessLog.Mode mode) {
        return switch (mode) {
            case Errors -> GatewayPlan.AccessLog.ERRORS;
            case All -> GatewayPlan.AccessLog.ALL;
            default -> GatewayPlan.AccessLog.OFF;
        };
    }
}
