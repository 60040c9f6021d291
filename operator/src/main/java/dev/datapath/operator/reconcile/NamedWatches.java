package dev.datapath.operator.reconcile;

import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.plan.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Watches of exactly those objects that somebody refers to, one watch for each: a cluster has many more Secrets and
 * ConfigMaps than a data path names, and an operator should neither hold nor be allowed to read them all. Safe for several
 * threads.
 *
 * @param <T> the kind of object
 */
final class NamedWatches<T extends HasMetadata> implements AutoCloseable {
    private static final String CHECK = ". Check the permissions of the operator's ServiceAccount";

    private final Function<ObjectKey, SharedIndexInformer<T>> informers;
    private final Consumer<ObjectRef> onChange;
    private final Duration patience;
    private final InstantSource clock;
    private final Map<ObjectKey, Watch<T>> watches = new HashMap<>();

    private static final class Watch<T> {
        private final SharedIndexInformer<T> informer;
        private final Instant since;
        private final Set<ObjectRef> users = new HashSet<>();
        private volatile boolean listed;
        private volatile @Nullable Throwable failure;

        Watch(SharedIndexInformer<T> informer, Instant since) {
            this.informer = informer;
            this.since = since;
        }
    }

    /**
     * @param informers makes an informer, not started, that sees what belongs to a name
     * @param onChange told of each user of a name whose objects changed; called on threads of the informers
     * @param patience how long the API server may take to answer before the name counts as unreadable
     */
    NamedWatches(
            Function<ObjectKey, SharedIndexInformer<T>> informers,
            Consumer<ObjectRef> onChange,
            Duration patience,
            InstantSource clock) {
        this.informers = informers;
        this.onChange = onChange;
        this.patience = patience;
        this.clock = clock;
    }

    /**
     * What is known of the names that a user refers to.
     *
     * @param pending whether the API server has still to answer for one of them; the user is notified when it has
     * @param unreadable why names cannot be read; each is tried again, and the user is notified when it can be
     */
    record Known(boolean pending, Map<ObjectKey, String> unreadable) {}

    /** Sets what a user refers to now; what nobody refers to any more is not watched any more. Never waits. */
    Known want(ObjectRef user, Collection<ObjectKey> names) {
        boolean pending = false;
        var unreadable = new HashMap<ObjectKey, String>();
        var now = clock.instant();
        for (var entry : started(user, names).entrySet()) {
            var watch = entry.getValue();
            var failure = watch.failure;
            if (watch.listed || watch.informer.hasSynced()) {
                continue;
            }
            if (failure != null) {
                unreadable.put(entry.getKey(), Refusal.words(failure) + CHECK);
            } else if (watch.since.plus(patience).isAfter(now)) {
                pending = true;
            } else {
                unreadable.put(
                        entry.getKey(), "no answer of the API server within " + patience.toSeconds() + " s" + CHECK);
            }
        }
        return new Known(pending, unreadable);
    }

    /** The objects that belong to these names and exist, as the API server showed them last. */
    List<T> objects(Collection<ObjectKey> names) {
        var found = new ArrayList<T>();
        synchronized (watches) {
            for (var name : names) {
                var watch = watches.get(name);
                if (watch != null) {
                    found.addAll(watch.informer.getStore().list());
                }
            }
        }
        return found;
    }

    /** How many names are watched. */
    int size() {
        synchronized (watches) {
            return watches.size();
        }
    }

    @Override
    public void close() {
        synchronized (watches) {
            watches.values().forEach(watch -> watch.informer.close());
            watches.clear();
        }
    }

    private Map<ObjectKey, Watch<T>> started(ObjectRef user, Collection<ObjectKey> names) {
        var wanted = new HashMap<ObjectKey, Watch<T>>();
        synchronized (watches) {
            for (var name : names) {
                var watch = watches.computeIfAbsent(name, this::start);
                watch.users.add(user);
                wanted.put(name, watch);
            }
            watches.entrySet().removeIf(entry -> {
                var watch = entry.getValue();
                if (!wanted.containsKey(entry.getKey())) {
                    watch.users.remove(user);
                }
                if (watch.users.isEmpty()) {
                    watch.informer.close();
                }
                return watch.users.isEmpty();
            });
        }
        return wanted;
    }

    private Watch<T> start(ObjectKey name) {
        var watch = new Watch<>(informers.apply(name), clock.instant());
        watch.informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                answered(watch);
            }

            @Override
            public void onUpdate(T before, T now) {
                if (!before.getMetadata()
                        .getResourceVersion()
                        .equals(now.getMetadata().getResourceVersion())) {
                    answered(watch);
                }
            }

            @Override
            public void onDelete(T object, boolean finalStateUnknown) {
                answered(watch);
            }

            @Override
            public void onNothing() {
                answered(watch);
            }
        });
        // Whatever fails is tried again for as long as somebody refers to the object.
        watch.informer.exceptionHandler((started, failure) -> {
            boolean news = watch.failure == null && !watch.listed;
            watch.failure = failure;
            if (news) {
                notifyUsers(watch);
            }
            return true;
        });
        watch.informer.start();
        return watch;
    }

    private void answered(Watch<T> watch) {
        watch.listed = true;
        watch.failure = null;
        notifyUsers(watch);
    }

    private void notifyUsers(Watch<T> watch) {
        List<ObjectRef> users;
        synchronized (watches) {
            users = List.copyOf(watch.users);
        }
        users.forEach(onChange);
    }
}
