package dev.datapath.operator.source.cluster;

import dev.datapath.operator.kubernetes.ApiErrors;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches exactly the referenced objects, with one watch for each name. A cluster has many more Secrets and ConfigMaps
 * than a DataPath references, and an operator should neither cache all of them nor have permission to read them. Only a
 * few are read at the same time, because each response is in memory before it is reduced. Watches that the API server
 * ended are read again without this limit. Thread-safe.
 *
 * @param <T> the kind of object
 */
final class NamedWatches<T extends HasMetadata> implements AutoCloseable {
    private static final String CHECK = ". Check the permissions of the operator's ServiceAccount";

    private final Function<ObjectKey, SharedIndexInformer<T>> informers;
    private final Supplier<HeldObjects<T>> stores;
    private final Consumer<ObjectRef> onChange;
    private final Duration patience;
    private final InstantSource clock;
    private final WatchBudget room;
    private final Map<ObjectKey, Watch<T>> watches = new HashMap<>();
    /** The watched names that each user references. Guarded by the watches. */
    private final Map<ObjectRef, Set<ObjectKey>> used = new HashMap<>();
    /** Guarded by the watches. */
    private final ReadTurns<Watch<T>> turns = new ReadTurns<>(watch -> watch.namespace, this::start);

    private static final class Watch<T extends HasMetadata> {
        private final String namespace;
        private final SharedIndexInformer<T> informer;
        private final HeldObjects<T> store;
        private final Set<ObjectRef> users = new HashSet<>();
        /** Start of the wait for a response; null while the read is queued. */
        private volatile @Nullable Instant since;

        private volatile boolean listed;
        private volatile @Nullable Throwable failure;

        Watch(String namespace, SharedIndexInformer<T> informer, HeldObjects<T> store) {
            this.namespace = namespace;
            this.informer = informer;
            this.store = store;
        }
    }

    /**
     * @param informers creates an informer, not started, for the objects of a name
     * @param stores creates the store of one informer
     * @param onChange called with each user of a name whose objects changed; called on threads of the informers
     * @param patience maximum response time of the API server before the name counts as unreadable
     * @param clock for elapsed time
     * @param room limit of watched names, shared with others
     */
    NamedWatches(
            Function<ObjectKey, SharedIndexInformer<T>> informers,
            Supplier<HeldObjects<T>> stores,
            Consumer<ObjectRef> onChange,
            Duration patience,
            InstantSource clock,
            WatchBudget room) {
        this.informers = informers;
        this.stores = stores;
        this.onChange = onChange;
        this.patience = patience;
        this.clock = clock;
        this.room = room;
    }

    /**
     * The state of the names that a user references.
     *
     * @param pending whether the API server has not yet responded for one of them; the user is notified of the response
     * @param unreadable why names cannot be read; each is retried, and the user is notified when it becomes readable
     */
    record Known(boolean pending, Map<ObjectKey, String> unreadable) {}

    /** Sets the names that a user references; names without a user are no longer watched. Never blocks. */
    Known want(ObjectRef user, Collection<ObjectKey> names) {
        boolean pending = false;
        var unreadable = new HashMap<ObjectKey, String>();
        var now = clock.instant();
        var started = started(user, names);
        names.stream()
                .filter(name -> !started.containsKey(name))
                .forEach(name -> unreadable.put(
                        name,
                        "the operator's memory limits the number of watched objects, and namespace "
                                + name.namespace() + " may reference at most " + room.most(isPool(user))
                                + (isPool(user) ? " for StoragePools that no DataPath uses" : "")
                                + ". Delete unused objects, or increase the operator's memory limit"));
        for (var entry : started.entrySet()) {
            var watch = entry.getValue();
            var failure = watch.failure;
            if (watch.listed || watch.informer.hasSynced()) {
                continue;
            }
            if (failure != null) {
                unreadable.put(entry.getKey(), ApiErrors.message(failure) + CHECK);
            } else if (!overdue(watch, now)) {
                pending = true;
            } else {
                settled(watch);
                unreadable.put(
                        entry.getKey(), "no response of the API server within " + patience.toSeconds() + " s" + CHECK);
            }
        }
        return new Known(pending, unreadable);
    }

    /** The existing objects of these names, as last received from the API server. */
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

    /** The number of watched names. */
    int size() {
        synchronized (watches) {
            return watches.size();
        }
    }

    @Override
    public void close() {
        synchronized (watches) {
            watches.values().forEach(this::close);
            watches.keySet().forEach(name -> room.release(name.namespace()));
            watches.clear();
            used.clear();
        }
    }

    private Map<ObjectKey, Watch<T>> started(ObjectRef user, Collection<ObjectKey> names) {
        var wanted = new HashMap<ObjectKey, Watch<T>>();
        synchronized (watches) {
            release(user, Set.copyOf(names));
            for (var name : names) {
                if (!watches.containsKey(name) && !room.take(name.namespace(), isPool(user))) {
                    continue;
                }
                var watch = watches.computeIfAbsent(name, this::queue);
                if (watch.store.hasRoomAgain()) {
                    close(watch);
                    var anew = queue(name);
                    anew.users.addAll(watch.users);
                    watches.put(name, anew);
                    watch = anew;
                }
                watch.users.add(user);
                wanted.put(name, watch);
            }
            if (!wanted.isEmpty()) {
                used.put(user, Set.copyOf(wanted.keySet()));
            }
            turns.startNext();
        }
        return wanted;
    }

    /** A name without a user is no longer watched. */
    private void release(ObjectRef user, Set<ObjectKey> kept) {
        var before = used.remove(user);
        if (before == null) {
            return;
        }
        for (var name : before) {
            var watch = kept.contains(name) ? null : watches.get(name);
            if (watch != null && watch.users.remove(user) && watch.users.isEmpty()) {
                close(watch);
                watches.remove(name);
                room.release(name.namespace());
            }
        }
    }

    /** A DataPath references all names of its pools. A pool references names itself only while no DataPath uses it. */
    private static boolean isPool(ObjectRef user) {
        return user.kind().equals("StoragePool");
    }

    private boolean overdue(Watch<T> watch, Instant now) {
        var since = watch.since;
        return since != null && !since.plus(patience).isAfter(now);
    }

    private void close(Watch<T> watch) {
        turns.remove(watch);
        watch.informer.close();
        watch.store.close();
    }

    private void start(Watch<T> watch) {
        watch.since = clock.instant();
        watch.informer.start();
    }

    /** The API server responded, or the read failed: the next name is read. */
    private void settled(Watch<T> watch) {
        synchronized (watches) {
            turns.ended(watch);
        }
    }

    private Watch<T> queue(ObjectKey name) {
        var store = stores.get();
        var watch = new Watch<>(name.namespace(), informers.apply(name).itemStore(store), store);
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
        // A failed read is retried for as long as the object is referenced.
        watch.informer.exceptionHandler((started, failure) -> {
            boolean news = watch.failure == null && !watch.listed;
            watch.failure = failure;
            settled(watch);
            if (news) {
                notifyUsers(watch);
            }
            return true;
        });
        turns.add(watch);
        return watch;
    }

    private void answered(Watch<T> watch) {
        watch.listed = true;
        watch.failure = null;
        settled(watch);
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
