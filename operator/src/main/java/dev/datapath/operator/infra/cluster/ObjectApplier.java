package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.deploy.Labels;
import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.infra.cluster.ApplyResult.Obstacle;
import dev.datapath.operator.kubernetes.ApiErrors;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings the objects of one owner into the state that is wanted, by server-side apply. What is so already is not touched:
 * when nothing changed, nothing is asked of the API server. What others changed is changed back, what they added stays,
 * what is no longer wanted is deleted, and what belongs to somebody else is left alone.
 *
 * <p>One object that cannot be applied does not keep the others from it.
 */
public final class ObjectApplier {
    /** Annotation with the digest of what was applied: fields that are no longer wanted cannot be seen otherwise. */
    static final String APPLIED = "datapath.dev/applied";

    private final KubernetesClient client;
    private final KubernetesSerialization serialization;
    private final ObjectLookup lookup;
    private final Orphans orphans;
    private final ReplicasHandover handover;
    private final OptionalKinds optional;

    /**
     * @param client writes, and reads what the look-up does not know
     * @param lookup of what is there
     * @param clock for elapsed time
     */
    public ObjectApplier(KubernetesClient client, ObjectLookup lookup, InstantSource clock) {
        this.client = client;
        this.serialization = client.getKubernetesSerialization();
        this.lookup = lookup;
        this.orphans = new Orphans(client, lookup);
        this.handover = new ReplicasHandover(client);
        this.optional = new OptionalKinds(client, clock);
    }

    /**
     * Applies the objects in their order, and then deletes what is left over. A workload is not created while a Secret or ConfigMap before
     * it has another owner: its pods would mount that, and keep it for as long as they run.
     *
     * @param owner as the API server has it, with its uid; every object names it as its controller
     * @param wanted all objects of the owner, of the kinds that are deleted when they are not wanted; Secrets never are
     * @throws KubernetesClientException when the API server cannot be reached or is not able to answer
     */
    public ApplyResult apply(HasMetadata owner, List<? extends HasMetadata> wanted) {
        var tally = new Tally();
        boolean foreignMounts = false;
        for (var object : wanted) {
            boolean mayCreate = !(foreignMounts && isWorkload(object));
            long before = tally.foreign();
            tally.attempt(object, () -> {
                if (putIfKnown(owner, object, mayCreate, tally)) {
                    tally.written++;
                }
            });
            foreignMounts |= isMounted(object) && tally.foreign() > before;
        }
        orphans.delete(owner, wanted, tally);
        return tally.result();
    }

    private static boolean isMounted(HasMetadata object) {
        return object instanceof Secret || object instanceof ConfigMap;
    }

    private static boolean isWorkload(HasMetadata object) {
        return object instanceof Deployment || object instanceof DaemonSet;
    }

    /** Applies one object ahead of the others. What is in the way is found again when all are applied. */
    public ApplyResult applyFirst(HasMetadata owner, HasMetadata wanted) {
        var tally = new Tally();
        tally.attempt(wanted, () -> {
            if (putIfKnown(owner, wanted, true, tally)) {
                tally.written++;
            }
        });
        return tally.result();
    }

    /** The same as {@link #put}; does nothing when the API server does not know an optional kind. */
    private boolean putIfKnown(HasMetadata owner, HasMetadata object, boolean mayCreate, Tally tally) {
        if (optional.skips(object)) {
            return false;
        }
        try {
            return put(owner, object, mayCreate, tally);
        } catch (KubernetesClientException e) {
            if (optional.explains(object)) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Whether the object was written.
     *
     * @param mayCreate whether it is written when there is none yet
     */
    private boolean put(HasMetadata owner, HasMetadata object, boolean mayCreate, Tally tally) {
        var actual = actual(object);
        if (actual == null && !mayCreate) {
            return false;
        }
        if (actual != null && !Owners.controls(owner, actual)) {
            tally.obstacles.add(new Obstacle(
                    Obstacle.Kind.NotOurs,
                    Tally.name(object) + " exists and does not belong to " + Tally.name(owner)
                            + ", so it is left alone: delete it, or choose another name for one of them"));
            return false;
        }
        var tree = ObjectTree.of(object, serialization);
        var digest = tree.digest(serialization);
        if (actual != null
                && digest.equals(actual.getMetadata().getAnnotations().get(APPLIED))
                && Subset.of(held(object, tree), ObjectTree.of(OwnedForm.digested(actual), serialization))) {
            return false;
        }
        if (actual instanceof Deployment deployment && object instanceof Deployment next) {
            handover.before(deployment, next);
        }
        write(object, digest, actual == null ? null : actual.getMetadata().getUid());
        optional.written(object);
        return true;
    }

    /**
     * What caches hold of an object.
     *
     * @param tree the whole object, which is what they hold of nearly all
     */
    private ObjectTree held(HasMetadata object, ObjectTree tree) {
        var digested = OwnedForm.digested(object);
        return digested == object ? tree : ObjectTree.of(digested, serialization);
    }

    /** What is not in the caches may be there without our labels. */
    private @Nullable HasMetadata actual(HasMetadata object) {
        Optional<? extends HasMetadata> known = lookup.find(object);
        return known.isPresent() ? known.get() : client.resource(object).get();
    }

    /**
     * @param uid of the object that is changed: were another one of its name there by now, the API server refuses; null when
     *     there is none
     */
    private void write(HasMetadata object, String digest, @Nullable String uid) {
        var copy = serialization.clone(object);
        var annotations = new TreeMap<>(copy.getMetadata().getAnnotations());
        annotations.put(APPLIED, digest);
        copy.getMetadata().setAnnotations(annotations);
        copy.getMetadata().setUid(uid);
        client.resource(copy).fieldManager(Labels.OPERATOR).forceConflicts().serverSideApply();
    }

    /** What has happened so far. */
    static final class Tally {
        /** The API server's words for a field that cannot be changed (apimachinery, {@code FieldImmutableErrorMsg}, and api/validation). */
        private static final List<String> FOR_LIFE = List.of("field is immutable", "may not change once set");

        private final List<Obstacle> obstacles = new ArrayList<>();
        private int written;
        private int deleted;

        /** Does something to an object. What the API server has against it is noted; that it cannot answer is thrown. */
        void attempt(HasMetadata object, Runnable action) {
            try {
                action.run();
            } catch (KubernetesClientException e) {
                int code = e.getCode();
                if (code == 409 || isOfAnotherObject(e)) {
                    obstacles.add(new Obstacle(
                            Obstacle.Kind.Changed, name(object) + " changed at the same moment; it is tried again"));
                } else if (code >= 400 && code < 500 && code != 429) {
                    obstacles.add(new Obstacle(
                            Obstacle.Kind.Refused,
                            name(object) + " is refused by the API server: " + ApiErrors.words(e) + remedy(e)));
                } else {
                    throw e;
                }
            }
        }

        /** For a field that an object keeps for life, such as the class of a load balancer. */
        private static String remedy(KubernetesClientException e) {
            return FOR_LIFE.stream().anyMatch(ApiErrors.words(e)::contains)
                    ? ". Undo the change, or delete the object: it is created anew with the new value, and until then clients cannot use it"
                    : "";
        }

        /** How many objects have another owner. */
        long foreign() {
            return obstacles.stream()
                    .filter(obstacle -> obstacle.kind() == Obstacle.Kind.NotOurs)
                    .count();
        }

        void deleted() {
            deleted++;
        }

        void waiting(String message) {
            obstacles.add(new Obstacle(Obstacle.Kind.Waiting, message));
        }

        ApplyResult result() {
            return new ApplyResult(written, deleted, obstacles);
        }

        /** What the API server says when an object of that name was replaced: its uid cannot be changed. */
        private static boolean isOfAnotherObject(KubernetesClientException e) {
            return e.getStatus() != null
                    && e.getStatus().getDetails() != null
                    && e.getStatus().getDetails().getCauses().stream()
                            .anyMatch(cause -> "metadata.uid".equals(cause.getField()));
        }

        static String name(HasMetadata object) {
            return object.getKind() + " " + object.getMetadata().getNamespace() + "/"
                    + object.getMetadata().getName();
        }
    }
}
