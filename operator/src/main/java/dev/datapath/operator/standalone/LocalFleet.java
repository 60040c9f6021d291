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
    private final List<Future<?>> orphans = new ArrayList<>();
    private boolean searchedForOrphans;
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

    /** A gateway should run with this plan. */
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

    /** Keeps only these DataPaths; gateways of others complete their transfers and end. */
    void retain(Collection<ObjectKey> dataPaths) {
        gateways.forEach((id, gateway) -> {
            if (!dataPaths.contains(id.dataPath())) {
                gateway.stop();
            }
        });
    }

    /** Drains and ends processes of an earlier operator that are no longer wanted. Runs once. */
    void endOrphans() {
        if (searchedForOrphans) {
            return;
        }
        searchedForOrphans = true;
        blueprint
                .work()
                .lastGood()
                .retain(gateways.keySet().stream().map(GatewayId::dataPath).toList());
        endOthers(gateways.keySet());
    }

    /** Drains and ends every gateway, including processes of an earlier operator that were not adopted yet. */
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
        for (var orphan : launcher.all(blueprint.work().root())) {
            if (!known.contains(orphan.directory())) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "draining orphaned gateway {0} (pid {1}) of an earlier run",
                        orphan.directory().getFileName(),
                        Long.toString(orphan.process().pid()));
                orphans.add(drainer.drain(
                                String.valueOf(orphan.directory().getFileName()),
                                orphan.process(),
                                orphan.drainTimeout())
                        .ended());
            }
        }
    }

    /** Performs the steps that are due. */
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

    /** Whether no gateway is wanted and none is draining. */
    boolean isEmpty() {
        return gateways.isEmpty() && orphans.stream().allMatch(Future::isDone);
    }

    /** When {@link #step} is due without an event. */
    Optional<Instant> nextStep() {
        return gateways.values().stream()
                .flatMap(gateway -> gateway.nextStep().stream())
                .min(Instant::compareTo);
    }

    Map<GatewayId, Gateway> gateways() {
        return gateways;
    }

    /**
     * The listeners that a gateway serves according to its last report; empty while it is not ready or should not
     * serve.
     */
    Optional<Set<String>> listeners(GatewayId id) {
        return Optional.ofNullable(gateways.get(id))
                .filter(gateway -> gateway.phase() == Phase.RUNNING)
                .flatMap(Gateway::process)
                .flatMap(process -> served(id, process));
    }

    /** The reports of the gateways of a namespace on the nodes of a pool. */
    List<NodeReport> nodes(String namespace, String pool) {
        return reports.nodes(namespace, pool);
    }

    /** Warnings from the reports of a DataPath's gateways. */
    List<Finding> findings(ManagedDataPath run) {
        return UnknownDomains.findings(
                run.outcome().dataPath(), run.outcome().plan(), reports.unknownDomains(run.key()));
    }

    /** The listeners of this process; reports of an earlier process are ignored. */
    private Optional<Set<String>> served(GatewayId id, GatewayProcess process) {
        return reports.listeners(id.dataPath(), new ScrapedGateway<>(id.name(), process));
    }

    private void follow(GatewayProcess process) {
        if (awaited.add(process)) {
            process.ended().thenRun(wake);
            logs.follow(process);
        }
    }

    /**
     * The metrics port is the only one that users do not choose; a conflict must not prevent the gateway from running.
     */
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
                    "no other metrics port is available for gateway {0}: {1}",
                    id.name(),
                    e.getMessage());
        }
    }
}
