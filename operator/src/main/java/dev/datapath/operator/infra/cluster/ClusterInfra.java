package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus.Address;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.engine.Infra;
import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.kubernetes.ApiErrors;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.status.Fleet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Gateways as pods of a cluster. */
public final class ClusterInfra implements Infra {
    private static final System.Logger LOG = System.getLogger(ClusterInfra.class.getName());

    private final Deployer deployer;
    private final PodFleet observer;
    private final FleetCare care;
    private final Supplier<GatewayMemory> memories;

    /** @param memories creates the state of a DataPath's gateways when the DataPath is first seen */
    public ClusterInfra(Deployer deployer, PodFleet observer, FleetCare care, Supplier<GatewayMemory> memories) {
        this.deployer = deployer;
        this.observer = observer;
        this.care = care;
        this.memories = memories;
    }

    /** The state kept for the gateways of a DataPath. */
    GatewayMemory memory(ManagedDataPath managed) {
        return managed.memory(GatewayMemory.class, memories);
    }

    @Override
    public LastGood remembered(ManagedDataPath managed, DataPath dataPath) {
        return memory(managed).lastGood().remembered(dataPath);
    }

    @Override
    public void prepare(ManagedDataPath managed, GatewayPlan plan, ResourceSet inputs) {
        deployer.open(inputs.dataPath(), memory(managed), plan, inputs);
    }

    @Override
    public Run run(ManagedDataPath managed, GatewayPlan plan, ResourceSet inputs) {
        try {
            return deployer.deploy(inputs.dataPath(), managed, memory(managed), plan, inputs);
        } catch (KubernetesClientException e) {
            LOG.log(System.Logger.Level.WARNING, "DataPath {0}: {1}", managed.key(), ApiErrors.message(e));
            return Run.blocked("Kubernetes API request failed, retrying: " + ApiErrors.message(e));
        }
    }

    @Override
    public Fleet observe(ManagedDataPath managed, Run run) {
        return observer.observe(managed, run.blocked());
    }

    @Override
    public Optional<String> keep(ManagedDataPath managed, GatewayPlan plan) {
        return deployer.keep(managed.outcome().dataPath(), managed, memory(managed), plan);
    }

    @Override
    public List<Finding> findings(ManagedDataPath managed) {
        return Stream.concat(
                        deployer.findings(managed.outcome().dataPath(), memory(managed)).stream(),
                        care.findings(managed).stream())
                .toList();
    }

    @Override
    public List<Address> addresses(ManagedDataPath managed) {
        return observer.addresses(managed.key());
    }

    @Override
    public List<NodeReport> nodes(String namespace, String pool) {
        return care.nodes(namespace, pool);
    }

    /**
     * Performs the periodic maintenance of running gateways.
     *
     * @return the delay until the next maintenance without an event
     */
    public Optional<Duration> maintain(ManagedDataPath managed, Fleet fleet) {
        return care.maintain(managed, memory(managed).disconnects(), fleet, observer.pods(managed.key()));
    }

    /**
     * How long the status update of a DataPath can wait for gateways that should reconnect soon; empty when the status
     * has to be updated.
     */
    public Optional<Duration> pause(DataPath dataPath, ManagedDataPath managed, Fleet fleet) {
        return memory(managed)
                .reconnects()
                .pause(dataPath, fleet, care.alone(managed.key(), observer.pods(managed.key())));
    }

    /** The delay until the acknowledged configuration has to be stored. */
    public Optional<Duration> due(ManagedDataPath managed, GatewayPlan plan) {
        return Deployer.due(managed, memory(managed), plan);
    }
}
