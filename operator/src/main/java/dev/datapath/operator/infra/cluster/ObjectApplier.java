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
 * Brings the objects of one owner into their desired state by server-side apply. An object in its desired state is not
 * written: without changes, no request is sent to the API server. Fields that others changed are reset, fields that
 * others added stay, objects that are no longer desired are deleted, and objects of other owners are not changed.
 *
 * <p>An object that cannot be applied does not prevent the others from being applied.
 */
public final class ObjectApplier {
    /** Annotation with the digest of the applied object. Without it, removed fields could not be detected. */
    static final String APPLIED = "datapath.dev/applied";

    private final KubernetesClient client;
    private final KubernetesSerialization serialization;
    private final ObjectLookup lookup;
    private final Orphans orphans;
    private final ReplicasHandover handover;
    private final OptionalKinds optional;

    /**
     * @param client writes, and reads objects that the look-up does not hold
     * @param lookup of existing objects
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
     * Applies the objects in order, and then deletes orphans. A workload is not created while a Secret or ConfigMap
     * earlier in the list has another owner: its pods would mount that object for as long as they run.
     *
     * @param owner the owner as stored in the API server, with its uid; every object names it as its controller
     * @param wanted all desired objects of the owner, of the kinds that are pruned; Secrets are never pruned
     * @throws KubernetesClientException when the API server is unreachable or cannot respond
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

    /** Applies one object ahead of the others. Obstacles are reported again when all objects are applied. */
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
     * Applies an object and returns whether it was written.
     *
     * @param mayCreate whether the object may be created
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
                            + ", so it is not changed: delete it, or rename one of the two objects"));
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
     * The form in which caches hold an object.
     *
     * @param tree the whole object, which is the cached form of nearly all objects
     */
    private ObjectTree held(HasMetadata object, ObjectTree tree) {
        var digested = OwnedForm.digested(object);
        return digested == object ? tree : ObjectTree.of(digested, serialization);
    }

    /** An object that is missing in the caches may exist without the operator's labels. */
    private @Nullable HasMetadata actual(HasMetadata object) {
        Optional<? extends HasMetadata> known = lookup.find(object);
        return known.isPresent() ? known.get() : client.resource(object).get();
    }

    /**
     * @param uid uid of the object that is changed; the API server rejects the request if another object has the name
     * by then; null when there is none
     */
    private void write(HasMetadata object, String digest, @Nullable String uid) {
        var copy = serialization.clone(object);
        var annotations = new TreeMap<>(copy.getMetadata().getAnnotations());
        annotations.put(APPLIED, digest);
        copy.getMetadata().setAnnotations(annotations);
        copy.getMetadata().setUid(uid);
        client.resource(copy).fieldManager(Labels.OPERATOR).forceConflicts().serverSideApply();
    }

    /** The result so far. */
    static final class Tally {
        /**
         * The API server's messages for a field that cannot be changed (apimachinery, {@code FieldImmutableErrorMsg},
         * and api/validation).
         */
        private static final List<String> FOR_LIFE = List.of("field is immutable", "may not change once set");

        private final List<Obstacle> obstacles = new ArrayList<>();
        private int written;
        private int deleted;

        /**
         * Performs an action on an object. A rejection by the API server is recorded as an obstacle; unavailability is
         * thrown.
         */
        void attempt(HasMetadata object, Runnable action) {
            try {
                action.run();
            } catch (KubernetesClientException e) {
                int code = e.getCode();
                if (code == 409 || isOfAnotherObject(e)) {
                    obstacles.add(new Obstacle(
                            Obstacle.Kind.Changed,
                            name(object) + " was changed by another writer at the same time, retrying"));
                } else if (code >= 400 && code < 500 && code != 429) {
                    obstacles.add(new Obstacle(
                            Obstacle.Kind.Refused,
                            name(object) + " was rejected by the API server: " + ApiErrors.message(e) + remedy(e)));
                } else {
                    throw e;
                }
            }
        }

        /** The remedy for an immutable field, such as the class of a load balancer. */
        private static String remedy(KubernetesClientException e) {
            return FOR_LIFE.stream().anyMatch(ApiErrors.message(e)::contains)
                    ? ". Revert the change, or delete the object: the operator then creates it with the new value; until then clients cannot use it"
                    : "";
        }

        /** The number of objects that have another owner. */
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

        /**
         * Whether the API server reports that the object was replaced by another one of the same name: the uid of an
         * object is immutable.
         */
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
