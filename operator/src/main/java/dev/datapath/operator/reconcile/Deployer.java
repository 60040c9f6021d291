package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Finding;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Brings the objects that run the gateways of a DataPath into the state that it asks for. */
final class Deployer {
    /** What is over in a moment by itself is not in anybody's way. */
    private static final Set<ApplyResult.Obstacle.Kind> PASSING =
            Set.of(ApplyResult.Obstacle.Kind.Changed, ApplyResult.Obstacle.Kind.Waiting);

    private static final System.Logger LOG = System.getLogger(Deployer.class.getName());
    private static final Duration SOON = Duration.ofMillis(250);

    private final DesiredObjects desired;
    private final Identities identities;
    private final ObjectApplier applier;
    private final LastGoodKeeper lastGood;
    private final PolicyHandover policies;
    private final Publisher publisher;

    /**
     * What came of it.
     *
     * @param blocked what is in the way, for people; empty when nothing is
     * @param again whether the same is worth trying again soon
     * @param nextLook when there is something to do though nothing changed
     */
    record Deployed(String blocked, boolean again, Instant nextLook) {}

    Deployer(
            DesiredObjects desired,
            Identities identities,
            ObjectApplier applier,
            LastGoodKeeper lastGood,
            PolicyHandover policies,
            Publisher publisher) {
        this.desired = desired;
        this.identities = identities;
        this.applier = applier;
        this.lastGood = lastGood;
        this.policies = policies;
        this.publisher = publisher;
    }

    /**
     * Stores the acknowledged configuration for gateways that start while no operator is there, if it restricts otherwise than what
     * is stored: only then may it be called programmed.
     *
     * @return why it is not stored, for people; empty when it is
     */
    String keep(DataPath dataPath, GatewayPlan plan) {
        var publication = publisher.publication(plan.dataPath());
        if (publication.isEmpty()) {
            return "";
        }
        var secret = lastGood.secret(dataPath, publication.get(), plan, true);
        if (secret.isEmpty() || !lastGood.restrictsLike(plan.dataPath(), plan)) {
            return "it is not stored yet";
        }
        try {
            return applier.applyFirst(dataPath, secret.get()).obstacles().stream()
                    .map(ApplyResult.Obstacle::message)
                    .collect(Collectors.joining("; "));
        } catch (KubernetesClientException e) {
            return "the API server does not take it: " + Refusal.words(e);
        }
    }

    /** When what waits for an acknowledgement should be looked at again, after that; empty when all is up to date. */
    Optional<Duration> due(ObjectKey key, GatewayPlan plan) {
        if (policies.isWider(key)) {
            return Optional.of(SOON);
        }
        return publisher
                .publication(key)
                .filter(publication -> !lastGood.keeps(key, publication.version()))
                .map(publication -> lastGood.pause(key, plan).orElse(SOON));
    }

    /** The parts that gateways acknowledged while another operator led. */
    LastGood remembered(DataPath dataPath) {
        return lastGood.remembered(dataPath);
    }

    /** What is wrong with what was declared, and shows only when it is deployed. */
    List<Finding> findings(DataPath dataPath) {
        return Stream.concat(desired.findings(dataPath).stream(), lastGood.findings(dataPath).stream())
                .toList();
    }

    void forget(ObjectKey key) {
        lastGood.forget(key);
        policies.forget(key);
    }

    /**
     * Has the network allow what a plan needs, before gateways are given it. That it cannot keeps nobody from the plan: it is tried
     * again when the plan is deployed.
     */
    void open(DataPath dataPath, GatewayPlan plan, ResourceSet inputs) {
        try {
            desired.networkPolicy(dataPath, plan, inputs.pools())
                    .map(policy -> policies.during(dataPath, policy, false))
                    .ifPresent(policy -> applier.applyFirst(dataPath, policy));
        } catch (KubernetesClientException e) {
            LOG.log(System.Logger.Level.WARNING, "DataPath {0}: {1}", plan.dataPath(), Refusal.words(e));
        }
    }

    /**
     * Does what is missing, and nothing when nothing is.
     *
     * @param acknowledged whether all gateways run the plan
     */
    Deployed deploy(DataPath dataPath, GatewayPlan plan, ResourceSet inputs, boolean acknowledged) {
        var objects = new ArrayList<HasMetadata>();
        var identity = identities.of(dataPath);
        identity.secret().ifPresent(objects::add);
        publisher
                .publication(plan.dataPath())
                .flatMap(publication -> lastGood.secret(dataPath, publication, plan, acknowledged))
                .ifPresent(objects::add);
        desired.of(dataPath, plan, inputs.pools()).stream()
                .map(object -> policies.during(dataPath, object, acknowledged))
                .forEach(objects::add);
        var result = applier.apply(dataPath, objects);
        if (identity.renewed() && result.written() > 0) {
            identities.written();
        }
        return new Deployed(
                result.obstacles().stream()
                        .filter(obstacle -> !PASSING.contains(obstacle.kind()))
                        .map(ApplyResult.Obstacle::message)
                        .collect(Collectors.joining("; ")),
                result.obstacles().stream().anyMatch(obstacle -> PASSING.contains(obstacle.kind())),
                identity.nextLook());
    }
}
