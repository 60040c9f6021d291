package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.engine.Infra;
import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.kubernetes.ApiErrors;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Creates and updates the objects that run the gateways of a DataPath. */
public final class Deployer {
    /** Obstacles that resolve themselves shortly. They are not reported as blocking. */
    private static final Set<ApplyResult.Obstacle.Kind> PASSING =
            Set.of(ApplyResult.Obstacle.Kind.Changed, ApplyResult.Obstacle.Kind.Waiting);

    private static final System.Logger LOG = System.getLogger(Deployer.class.getName());
    private static final Duration SOON = Duration.ofMillis(250);

    private final DesiredObjects desired;
    private final Identities identities;
    private final ObjectApplier applier;

    public Deployer(DesiredObjects desired, Identities identities, ObjectApplier applier) {
        this.desired = desired;
        this.identities = identities;
        this.applier = applier;
    }

    /**
     * Stores the acknowledged configuration for gateways that start without an operator, if its restrictions differ
     * from the stored ones. The configuration may be reported as programmed only after that.
     *
     * @return why it is not stored; empty when it is stored
     */
    Optional<String> keep(DataPath dataPath, ManagedDataPath managed, GatewayMemory care, GatewayPlan plan) {
        var publication = managed.publication();
        var lastGood = care.lastGood();
        if (publication.isEmpty()) {
            return Optional.empty();
        }
        var secret = lastGood.secret(dataPath, publication.get(), plan, true);
        if (secret.isEmpty() || !lastGood.restrictsLike(plan)) {
            return Optional.of("it is not stored yet");
        }
        try {
            return message(applier.applyFirst(dataPath, secret.get()).obstacles().stream());
        } catch (KubernetesClientException e) {
            return Optional.of("Kubernetes API request failed: " + ApiErrors.message(e));
        }
    }

    /** The delay until deployment has to run again after the acknowledgement; empty when everything is up to date. */
    static Optional<Duration> due(ManagedDataPath managed, GatewayMemory care, GatewayPlan plan) {
        if (care.network().isWider()) {
            return Optional.of(SOON);
        }
        return managed.publication()
                .filter(publication -> !care.lastGood().keeps(publication.version()))
                .map(publication -> care.lastGood().pause(plan).orElse(SOON));
    }

    /** Errors in the declared objects that show only during deployment. */
    List<Finding> findings(DataPath dataPath, GatewayMemory care) {
        return Stream.concat(desired.findings(dataPath).stream(), care.lastGood().findings(dataPath).stream())
                .toList();
    }

    /**
     * Applies the NetworkPolicy that a plan needs, before gateways receive the plan. A failure does not block the plan:
     * the NetworkPolicy is applied again when the plan is deployed.
     */
    void open(DataPath dataPath, GatewayMemory care, GatewayPlan plan, ResourceSet inputs) {
        try {
            desired.networkPolicy(dataPath, plan, inputs.pools())
                    .map(policy -> care.network().during(dataPath, policy, false))
                    .ifPresent(policy -> applier.applyFirst(dataPath, policy));
        } catch (KubernetesClientException e) {
            LOG.log(System.Logger.Level.WARNING, "DataPath {0}: {1}", plan.dataPath(), ApiErrors.message(e));
        }
    }

    /** Applies whatever a published plan still lacks. Does nothing when nothing is missing. */
    Infra.Run deploy(
            DataPath dataPath, ManagedDataPath managed, GatewayMemory care, GatewayPlan plan, ResourceSet inputs) {
        boolean acknowledged = !managed.awaitsAcknowledgement();
        var objects = new ArrayList<HasMetadata>();
        var identity = identities.of(dataPath);
        identity.secret().ifPresent(objects::add);
        managed.publication()
                .flatMap(publication -> care.lastGood().secret(dataPath, publication, plan, acknowledged))
                .ifPresent(objects::add);
        desired.of(dataPath, plan, inputs.pools()).stream()
                .map(object -> care.network().during(dataPath, object, acknowledged))
                .forEach(objects::add);
        var result = applier.apply(dataPath, objects);
        if (identity.renewed() && result.written() > 0) {
            identities.written();
        }
        return new Infra.Run(
                message(result.obstacles().stream().filter(obstacle -> !PASSING.contains(obstacle.kind()))),
                result.obstacles().stream().anyMatch(obstacle -> PASSING.contains(obstacle.kind())),
                identity.nextLook());
    }

    private static Optional<String> message(Stream<ApplyResult.Obstacle> obstacles) {
        return obstacles.map(ApplyResult.Obstacle::message).reduce((one, other) -> one + "; " + other);
    }
}
