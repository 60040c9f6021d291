package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus.Address;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.engine.Infra;
import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.status.Fleet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Gateways as processes of this machine. Confined to the thread of the control loop. */
final class LocalInfra implements Infra {
    private static final System.Logger LOG = System.getLogger(LocalInfra.class.getName());

    private final LocalFleet fleet;
    private final FleetObserver observer;
    private final GatewayPorts ports;
    private final List<Address> addresses;
    private final LastGoodFiles lastGood;
    private final AdmittedFile lastAdmitted;

    /** The parts that gateways acknowledged in an earlier run. */
    private record Remembered(LastGood parts) {}

    /** Why acknowledged parts are not stored for the next run; empty when all are stored. */
    private static final class NotKept {
        private String problem = "";
    }

    /**
     * @param addresses the addresses at which clients can connect
     * @param lastGood the parts that gateways acknowledged
     * @param lastAdmitted the versions of objects for the next start
     */
    LocalInfra(
            LocalFleet fleet,
            FleetObserver observer,
            GatewayPorts ports,
            List<Address> addresses,
            LastGoodFiles lastGood,
            AdmittedFile lastAdmitted) {
        this.fleet = fleet;
        this.observer = observer;
        this.ports = ports;
        this.addresses = List.copyOf(addresses);
        this.lastGood = lastGood;
        this.lastAdmitted = lastAdmitted;
    }

    /**
     * Gateways of an earlier run are adopted: the parts that they acknowledged stay in use where the declared parts
     * cannot be used.
     */
    @Override
    public LastGood remembered(ManagedDataPath managed, DataPath dataPath) {
        return managed.memory(Remembered.class, () -> {
                    managed.until(LocalInfra.class, () -> lastGood.delete(managed.key()));
                    return new Remembered(lastGood.read(managed.key()));
                })
                .parts();
    }

    @Override
    public void prepare(ManagedDataPath managed, GatewayPlan plan, ResourceSet inputs) {
        ports.assign(managed);
    }

    @Override
    public Run run(ManagedDataPath managed, GatewayPlan plan, ResourceSet inputs) {
        var problems = new ArrayList<String>();
        for (var id : ports.gatewaysOf(managed.key())) {
            try {
                fleet.want(id, plan);
            } catch (IOException e) {
                var problem = "Gateway " + id.name() + " cannot be prepared: " + e.getMessage();
                LOG.log(System.Logger.Level.ERROR, problem);
                problems.add(problem);
            }
        }
        return problems.isEmpty() ? Run.DONE : Run.blocked(String.join("; ", problems));
    }

    @Override
    public Fleet observe(ManagedDataPath managed, Run run) {
        return observer.observe(managed, run.blocked());
    }

    /**
     * No gateway starts without an operator here, so a failed store does not affect {@code Programmed}: it is only
     * reported.
     */
    @Override
    public Optional<String> keep(ManagedDataPath managed, GatewayPlan plan) {
        var known = managed.memory(NotKept.class, NotKept::new);
        var problem = lastGood.keep(managed.key(), plan).orElse("");
        if (!problem.equals(known.problem)) {
            known.problem = problem;
            LOG.log(
                    problem.isEmpty() ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                    "DataPath {0}: {1}",
                    managed.key(),
                    problem.isEmpty() ? "the acknowledged configuration is stored for the next start" : problem);
        }
        return Optional.empty();
    }

    @Override
    public List<Finding> findings(ManagedDataPath managed) {
        var problem = managed.memory(NotKept.class, NotKept::new).problem;
        var findings = new ArrayList<>(fleet.findings(managed));
        findings.addAll(ports.findings(managed));
        Stream.concat(Stream.of(problem), lastAdmitted.problem().stream())
                .filter(text -> !text.isEmpty())
                .map(text -> new Finding(
                        Identity.ref(managed.outcome().dataPath()),
                        Finding.Severity.WARNING,
                        Reason.Incomplete,
                        "",
                        text))
                .forEach(findings::add);
        return findings;
    }

    @Override
    public List<Address> addresses(ManagedDataPath managed) {
        return addresses;
    }

    @Override
    public List<NodeReport> nodes(String namespace, String pool) {
        return fleet.nodes(namespace, pool);
    }
}
