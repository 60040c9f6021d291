package dev.datapath.operator.standalone;

import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.standalone.Gateway.Phase;
import dev.datapath.operator.status.UnknownDomains;
import dev.datapath.operator.telemetry.GatewayReports;
import dev.datapath.operator.telemetry.ScrapedGateway;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All gateways of this machine. Confined to the thread of the control loop. */
final class LocalFleet {
    private static final System.Logger LOG = System.getLogger(LocalFleet.class.getName());

    private final GatewayBlueprint blueprint;
    private final GatewayLauncher launcher;
    private final Gateway.Drainer drainer;
    private final GatewayReports<GatewayProcess> reports;
    private final LogTrimmer logs;
    private final Runnable wake;
    private final Map<GatewayId, Gateway> gateways = new TreeMap<>();
    private final Map<GatewayId, GatewayPlan> plans = new HashMap<>();
    private final Set<GatewayProcess> awaited = new HashSet<>();
    private final List<Future<?>> leftovers = new ArrayList<>();
    private boolean lookedForLeftovers;
    private boolean ending;

    LocalFleet(
            GatewayBlueprint blueprint,
            GatewayLauncher launcher,
            Gateway.Drainer drainer,
            GatewayReports<GatewayProcess> reports,
            LogTrimmer logs,
            Runnable wake) {
        this.blueprint = blueprint;
        this.launcher = launcher;
        this.drainer = drainer;
        this.reports = reports;
        this.logs = logs;
        this.wake = wake;
    }

    GatewayBlueprint blueprint() {
        return blueprint;
    }

    /** A gateway should run, as this plan asks for. */
    void want(GatewayId id, GatewayPlan plan) throws IOException {
        var before = plans.put(id, plan);
        var gateway = gateways.get(id);
        if (gateway == null
                || !gateway.isWanted()
                || before == null
                || before.maxConnections() != plan.maxConnections()
                || !Objects.equals(before.memoryLimit(), plan.memoryLimit())
                || !before.drainTimeout().equals(plan.drainTimeout())) {
            apply(id, gateway, plan);
        }
    }

    private void apply(GatewayId id, @Nullable Gateway gateway, GatewayPlan plan) throws IOException {
        var spec = blueprint.spec(id, plan);
        if (gateway == null || gateway.phase() == Phase.STOPPED) {
            gateways.put(id, new Gateway(spec, launcher, drainer, Backoff.DEFAULT));
        } else {
            gateway.want(spec);
        }
    }

    /** Only these DataPaths stay; gateways of others finish their transfers and end. */
    void retain(Collection<ObjectKey> dataPaths) {
        gateways.forEach((id, gateway) -> {
            if (!dataPaths.contains(id.dataPath())) {
                gateway.stop();
            }
        });
    }

    /** Ends, drained, what an earlier operator left running and nobody wants any more. Looks once. */
    void endLeftovers() {
        if (lookedForLeftovers) {
            return;
        }
        lookedForLeftovers = true;
        blueprint
                .work()
                .lastGood()
                .retain(gateways.keySet().stream().map(GatewayId::dataPath).toList());
        endOthers(gateways.keySet());
    }

    /** Ends every gateway, drained: also those that an earlier operator left and that were not looked for yet. */
    void endAll() {
        retain(List.of());
        if (!ending) {
            ending = true;
            endOthers(gateways.entrySet().stream()
                    .filter(gateway -> gateway.getValue().phase() != Phase.STOPPED)
                    .map(Map.Entry::getKey)
                    .toList());
        }
    }

    private void endOthers(Collection<GatewayId> ours) {
        var known = ours.stream().map(blueprint.work()::gateway).collect(Collectors.toSet());
        for (var leftover : launcher.all(blueprint.work().root())) {
            if (!known.contains(leftover.directory())) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "{0} (pid {1}) is left from before and not wanted any more: it is drained",
                        leftover.directory().getFileName(),
                        Long.toString(leftover.process().pid()));
                leftovers.add(drainer.drain(
                                String.valueOf(leftover.directory().getFileName()),
                                leftover.process(),
                                leftover.drainTimeout())
                        .ended());
            }
        }
    }

    /** Does what is due. */
    void step(Instant now) {
        var processes = new TreeMap<ObjectKey, List<ScrapedGateway<GatewayProcess>>>();
        gateways.forEach((id, gateway) -> {
            gateway.process()
                    .ifPresent(process ->
                            gateway.observed(process, served(id, process).isPresent()));
            gateway.step(now);
            var scraped = processes.computeIfAbsent(id.dataPath(), key -> new ArrayList<>());
            gateway.process().ifPresent(process -> {
                scraped.add(new ScrapedGateway<>(id.name(), process));
                follow(process);
            });
            takeAnotherMetricsPort(id, gateway);
        });
        processes.forEach(reports::scrape);
        gateways.values().removeIf(gateway -> gateway.phase() == Phase.STOPPED);
        plans.keySet().retainAll(gateways.keySet());
        awaited.removeIf(process -> !process.alive());
    }

    /** Whether no gateway is wanted and none is left that finishes its transfers. */
    boolean isEmpty() {
        return gateways.isEmpty() && leftovers.stream().allMatch(Future::isDone);
    }

    /** When {@link #step} is due without anything happening. */
    Optional<Instant> nextStep() {
        return gateways.values().stream()
                .flatMap(gateway -> gateway.nextStep().stream())
                .min(Instant::compareTo);
    }

    Map<GatewayId, Gateway> gateways() {
        return gateways;
    }

    /** The listeners that a gateway serves, as it reported last; empty while it is not ready, or is not to serve. */
    Optional<Set<String>> listeners(GatewayId id) {
        return Optional.ofNullable(gateways.get(id))
                .filter(gateway -> gateway.phase() == Phase.RUNNING)
                .flatMap(Gateway::process)
                .flatMap(process -> served(id, process));
    }

    /** How the gateways of a namespace report the nodes of a pool. */
    List<NodeReport> nodes(String namespace, String pool) {
        return reports.nodes(namespace, pool);
    }

    /** Warnings from the reports of a DataPath's gateways. */
    List<Finding> findings(ManagedDataPath run) {
        return UnknownDomains.findings(
                run.outcome().dataPath(), run.outcome().plan(), reports.unknownDomains(run.key()));
    }

    /** The answer of this process: one that ran before it does not count. */
    private Optional<Set<String>> served(GatewayId id, GatewayProcess process) {
        return reports.listeners(id.dataPath(), new ScrapedGateway<>(id.name(), process));
    }

    private void follow(GatewayProcess process) {
        if (awaited.add(process)) {
            process.ended().thenRun(wake);
            logs.follow(process);
        }
    }

    /** The one port that is not the user's choice must not keep a gateway down. */
    private void takeAnotherMetricsPort(GatewayId id, Gateway gateway) {
        if (gateway.phase() != Phase.BACKING_OFF || !gateway.problem().contains("cannot bind")) {
            return;
        }
        try {
            if (gateway.problem().contains(":" + blueprint.metricsPort(id) + "'")) {
                blueprint.forgetMetricsPort(id);
                var plan = plans.get(id);
                if (plan != null) {
                    apply(id, gateway, plan);
                }
            }
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "no other metrics port for gateway {0}: {1}",
                    id.name(),
                    e.getMessage());
        }
    }
}
